// The counts over the whole project: the job that makes them, and what it found.

import type { Problem } from '../../model/problem';
import type { Statistics } from '../../model/statistics';
import type { Job } from '../../model/wire';

export interface StatisticsState {
  readonly job: Job | null; // the last one begun here
  readonly result: Statistics | null; // of that job
  readonly problem: Problem | null; // why there is none
}

export const noStatistics: StatisticsState = { job: null, result: null, problem: null };
