// How far long work is; without a number while nobody knows how much there is.

import type { Job } from '../../model/wire';
import { fractionOf } from '../../state/project/jobs';

interface Props {
  readonly label: string;
  readonly fraction: number | null; // 0 to 1; null: not known
  readonly state: Job['state'];
}

export function WorkBar({ label, fraction, state }: Props) {
  const known = fraction !== null;
  return (
    <span
      class={`job-bar ${state}${known ? '' : ' unknown'}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(known ? { 'aria-valuenow': Math.round(100 * fraction) } : {})}
    >
      <span style={{ width: known ? `${(100 * fraction).toFixed(1)}%` : '30%' }} />
    </span>
  );
}

export function JobBar({ job }: { job: Job }) {
  return <WorkBar label={job.title} fraction={fractionOf(job)} state={job.state} />;
}
