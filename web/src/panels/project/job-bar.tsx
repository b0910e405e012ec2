// How far a job is; without a number while nobody knows how much there is.

import type { Job } from '../../model/wire';
import { fractionOf } from '../../state/project/jobs';

export function JobBar({ job }: { job: Job }) {
  const fraction = fractionOf(job);
  const known = fraction !== null;
  return (
    <span
      class={`job-bar ${job.state}${known ? '' : ' unknown'}`}
      role="progressbar"
      aria-label={job.title}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(known ? { 'aria-valuenow': Math.round(100 * fraction) } : {})}
    >
      <span style={{ width: known ? `${(100 * fraction).toFixed(1)}%` : '30%' }} />
    </span>
  );
}
