// While a job changes the project: edits wait.

import { busyWith } from '../../state/project/jobs';
import { text } from '../../text/en';
import { usePage, useValue } from '../context';
import { JobBar } from '../project/job-bar';
import { stateOf } from '../project/job-words';

export function BusyBanner() {
  const page = usePage();
  const job = useValue(busyWith);
  if (job === null) return null;
  return (
    <div class="banner busy-banner" role="status" data-testid="busy-banner">
      <span class="spinner" aria-hidden="true" />
      <span class="grow">{text.jobs.busy(job.title)}</span>
      <span class="muted tabular">{stateOf(job)}</span>
      <JobBar job={job} />
      <button type="button" class="button" onClick={() => page.store.set({ dialog: { kind: 'jobs' } })}>
        {text.jobs.details}
      </button>
    </div>
  );
}
