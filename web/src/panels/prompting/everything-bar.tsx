// Below the picture while everything mode is on: progress, what was found, and what to do with it.

import { count, seconds } from '../../model/format';
import {
  acceptAllSegments,
  closeEverything,
  isRunning,
  setPointsPerSide,
  startEverything,
  stopEverything,
} from '../../state/prompting/everything';
import type { Page } from '../../state/page';
import { text } from '../../text/en';
import { usePage, useValue } from '../context';
import { JobBar } from '../project/job-bar';

const grids = [16, 32, 48, 64];

function confirmAll(page: Page): void {
  const { everything, project, classId } = page.store.get();
  const name = project?.classes.find((item) => item.id === classId)?.name;
  const number = count(everything.segments.length);
  page.store.set({
    dialog: {
      kind: 'confirm',
      title: text.prompting.everythingAllTitle(number, name ?? text.prompting.noClass),
      text: text.prompting.everythingAllText,
      label: text.prompting.everythingAll(number),
      proceed: () => void acceptAllSegments(page),
    },
  });
}

function Grid() {
  const page = usePage();
  const points = useValue((state) => state.everything.pointsPerSide);
  return (
    <label title={text.prompting.everythingGridTip}>
      <span class="muted">{text.prompting.everythingGrid}</span>{' '}
      <select value={String(points)} onChange={(event) => setPointsPerSide(page, Number(event.currentTarget.value))}>
        {grids.map((grid) => (
          <option key={grid} value={String(grid)}>
            {grid} × {grid}
          </option>
        ))}
      </select>
    </label>
  );
}

export function EverythingBar() {
  const page = usePage();
  const { job, segments, found } = useValue((state) => state.everything);
  const words = text.prompting;
  if (job === null) return null;
  const running = isRunning(job);
  const none = found > 0 ? words.everythingDone : words.everythingNone;
  const now = segments.length > 0 ? words.everythingClick : running ? words.everythingStart : none;
  const hint = job.state === 'failed' ? job.message : now;
  const number = text.counted.segments(segments.length);
  return (
    <div class="prompt-bar everything-bar" data-testid="everything">
      {running && (
        <>
          <JobBar job={job} />
          <span class="muted tabular">{job.left_s > 0 ? seconds(job.left_s * 1000) : ''}</span>
        </>
      )}
      <span class="tabular">{running ? words.everythingFound(number) : words.everythingLeft(number)}</span>
      <span class="muted grow" title={hint === words.everythingClick ? words.everythingClickTip : hint}>
        {hint}
      </span>
      {running ? (
        <button type="button" class="button" onClick={() => stopEverything(page)}>
          {words.everythingStop}
        </button>
      ) : (
        <>
          <Grid />
          <button type="button" class="button" onClick={() => void startEverything(page)}>
            {words.everythingAgain}
          </button>
          {segments.length > 0 && (
            <button type="button" class="button" onClick={() => confirmAll(page)}>
              {words.everythingAll(count(segments.length))}
            </button>
          )}
        </>
      )}
      <button type="button" class="button" onClick={() => closeEverything(page)}>
        {words.everythingClose} <kbd>Esc</kbd>
      </button>
    </div>
  );
}
