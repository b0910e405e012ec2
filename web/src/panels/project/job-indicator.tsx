// In the status bar: which job runs or waits and how far it is; else the way to the jobs.

import { actionOf } from '../../input/actions';
import { runningJob } from '../../state/project/jobs';
import { text } from '../../text/en';
import { usePage, useValue } from '../context';
import { JobBar } from './job-bar';
import { percentOf, stateOf } from './job-words';

export function JobIndicator() {
  const page = usePage();
  const job = useValue(runningJob);
  return (
    <button
      type="button"
      class={`job-indicator${job === null ? ' idle' : ''}`}
      aria-haspopup="dialog"
      aria-keyshortcuts={actionOf('jobs').keys[0]}
      title={job === null ? text.jobs.open : `${job.title}\n${stateOf(job)}`}
      data-testid="job-indicator"
      onClick={() => page.store.set({ dialog: { kind: 'jobs' } })}
    >
      <span class="ellipsis">{job === null ? text.jobs.title : text.jobs.kinds[job.kind]}</span>
      {job !== null && <JobBar job={job} />}
      {job !== null && <span class="tabular muted">{percentOf(job)}</span>}
    </button>
  );
}
