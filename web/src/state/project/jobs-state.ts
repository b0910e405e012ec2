// Long work of the program.

import type { DatasetFormat, Job } from '../../model/wire';

export interface Jobs {
  readonly list: readonly Job[]; // newest first
  readonly notPrepared: ReadonlyMap<number, number>; // images that an ended embed job left out or failed at
  readonly formats: readonly DatasetFormat[] | null; // null until a dialog asked for them
}

export const noJobs: Jobs = { list: [], notPrepared: new Map(), formats: null };
