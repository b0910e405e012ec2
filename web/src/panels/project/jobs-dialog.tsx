// Long work: what runs, what ended and how, and beginning more.

import { useState } from 'preact/hooks';
import { count } from '../../model/format';
import type { Job } from '../../model/wire';
import { cancelJob, isOver, removeEnded, removeJob, startJob } from '../../state/project/jobs';
import { text } from '../../text/en';
import { usePage, useValue } from '../context';
import { Dialog } from '../dialog';
import { Icon } from '../icon';
import { JobBar } from './job-bar';
import { percentOf, stateOf } from './job-words';

const words = text.jobs;
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

function Log({ lines }: { lines: readonly string[] }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="job-log" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.log(count(lines.length))}</summary>
      {open && (
        <ol>
          {lines.map((line, i) => (
            <li key={i}>{line}</li>
          ))}
        </ol>
      )}
    </details>
  );
}

function Row({ job }: { job: Job }) {
  const page = usePage();
  const over = isOver(job);
  const notPrepared = useValue((state) => state.jobs.notPrepared.get(job.id) ?? 0);
  return (
    <li class={`job ${job.state}`} data-testid="job">
      <header>
        <strong>{job.title}</strong>
        <span class="grow" />
        <span class={notPrepared > 0 ? 'tabular partly' : 'muted tabular'} title={job.started_ms > 0 ? words.at(clock.format(job.started_ms)) : ''}>
          {stateOf(job, notPrepared)}
        </span>
        {over ? (
          <button
            type="button"
            class="button square"
            aria-label={`${words.remove}: ${job.title}`}
            title={words.remove}
            onClick={() => void removeJob(page, job.id)}
          >
            <Icon name="close" />
          </button>
        ) : (
          <button type="button" class="button small" onClick={() => void cancelJob(page, job.id)}>
            {words.cancel}
          </button>
        )}
      </header>
      {!over && (
        <div class="job-line">
          <JobBar job={job} />
          <span class="tabular">{percentOf(job)}</span>
        </div>
      )}
      {job.message !== '' && <p class="job-message">{job.message}</p>}
      {job.log.length > 0 && <Log lines={job.log} />}
    </li>
  );
}

export function JobsDialog() {
  const page = usePage();
  const list = useValue((state) => state.jobs.list);
  const keys = (key: string) => {
    if (key !== 'J') return false;
    page.store.set({ dialog: null });
    return true;
  };
  return (
    <Dialog title={words.title} kind="jobs-dialog" keys={keys}>
      <div class="jobs-start">
        <button
          type="button"
          class="button"
          title={words.embedMeaning}
          onClick={() => void startJob(page, { kind: 'embed' })}
        >
          <Icon name="layers" />
          {words.embed}
        </button>
        <button type="button" class="button" onClick={() => page.store.set({ dialog: { kind: 'export-to' } })}>
          <Icon name="export" />
          {words.exportTo}
        </button>
        <button type="button" class="button" onClick={() => page.store.set({ dialog: { kind: 'import-from' } })}>
          <Icon name="import" />
          {words.importFrom}
        </button>
      </div>
      {list.length === 0 ? (
        <p class="jobs-none">{words.none}</p>
      ) : (
        <ul class="jobs" aria-label={words.title}>
          {list.map((job) => (
            <Row key={job.id} job={job} />
          ))}
        </ul>
      )}
      <div class="dialog-buttons">
        {list.some(isOver) && (
          <button type="button" class="button" onClick={() => void removeEnded(page)}>
            {words.removeAll}
          </button>
        )}
        <span class="grow" />
        <button type="button" class="button primary" data-first onClick={() => page.store.set({ dialog: null })}>
          {words.close} <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
