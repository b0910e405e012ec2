// How far the project is, always in sight; all numbers on a click.

import { count, duration } from '../../model/format';
import type { Progress } from '../../model/wire';
import { text } from '../../text/en';
import { useValue } from '../context';

const words = text.progress;
const menuId = 'progress-menu';
const rows = [
  'images',
  'new',
  'labelled',
  'empty',
  'proposed',
  'reviewed',
  'faulty',
  'broken',
  'annotations',
  'proposals',
  'rejected',
] as const;

// Labelled or looked at and empty; broken ones can be neither.
function doneOf({ labelled, empty }: Progress): number {
  return labelled + empty;
}

function share(part: number, { images, broken }: Progress): string {
  return `${((100 * part) / Math.max(1, images - broken)).toFixed(2)}%`;
}

function Bar({ progress }: { progress: Progress }) {
  return (
    <span class="progress-track">
      <span class="progress-labelled" style={{ width: share(doneOf(progress), progress) }} />
      <span class="progress-reviewed" style={{ width: share(progress.reviewed, progress) }} />
    </span>
  );
}

function Line({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd class="tabular">{value}</dd>
    </>
  );
}

const known = (value: number, told: (value: number) => string) => (value > 0 ? told(value) : words.unknown);

export function ProgressBar() {
  const progress = useValue((state) => state.progress);
  if (progress === null || progress.images === 0) return null;
  const all = count(progress.images - progress.broken);
  const done = count(doneOf(progress));
  return (
    <footer class="progress">
      <button
        type="button"
        class="progress-button"
        aria-haspopup="dialog"
        aria-label={words.aria(done, count(progress.reviewed), all)}
        title={words.aria(done, count(progress.reviewed), all)}
        popovertarget={menuId}
        data-testid="progress"
      >
        <Bar progress={progress} />
        <span class="progress-words">
          <span class="tabular">{words.whole(done, all)}</span>
          <span class="grow" />
          <span class="muted tabular">
            {progress.left_s > 0
              ? words.left(duration(progress.left_s))
              : progress.reviewed > 0
                ? words.reviewed(count(progress.reviewed))
                : ''}
          </span>
        </span>
      </button>
      <div
        class="menu progress-menu"
        id={menuId}
        popover="auto"
        role="dialog"
        aria-label={words.title}
        onKeyDown={(event) => event.key !== 'Escape' && event.stopPropagation()}
      >
        <h3>{words.title}</h3>
        <Bar progress={progress} />
        <dl>
          {rows.map((row) => (
            <Line key={row} name={words.rows[row]} value={count(progress[row])} />
          ))}
        </dl>
        <h3>{words.pace}</h3>
        <dl>
          <Line
            name={words.perObject}
            value={known(progress.seconds_per_object, (n) => words.seconds(n.toFixed(n < 10 ? 1 : 0)))}
          />
          <Line name={words.objectsAnHour} value={known(progress.objects_per_hour, count)} />
          <Line name={words.imagesAnHour} value={known(progress.images_per_hour, count)} />
          <Line name={words.timeLeft} value={known(progress.left_s, duration)} />
        </dl>
      </div>
    </footer>
  );
}
