// Long work of the program.

import type { DatasetFormat, Job } from '../../model/wire';

export interface Jobs {
  readonly list: readonly Job[]; // newest first
  readonly formats: readonly DatasetFormat[] | null; // null until a dialog asked for them
}

export const noJobs: Jobs = { list: [], formats: null };
