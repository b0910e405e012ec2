// Toasts, warnings of the project and the image, and the notice of a lost connection.

import { dismiss, dismissWarning } from '../state/messages';
import { text } from '../text/en';
import { usePage, useValue } from './context';
import { Icon } from './icon';

const none: readonly string[] = [];

export function Toasts() {
  const page = usePage();
  const toasts = useValue((state) => state.toasts);
  return (
    <div class="toasts" role="alert">
      {toasts.map(({ id, kind, title, detail }) => (
        <div class={`toast ${kind}`} key={id}>
          <div class="toast-text">
            <strong>{title}</strong>
            {detail !== '' && <p>{detail}</p>}
          </div>
          <button type="button" class="button square" aria-label={text.frame.dismiss} onClick={() => dismiss(page, id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}

export function Warnings() {
  const page = usePage();
  const ofProject = useValue((state) => state.project?.warnings ?? none);
  const ofPicture = useValue((state) => state.picture?.warnings ?? none);
  const dismissed = useValue((state) => state.dismissed);
  const shown = [...ofProject, ...ofPicture].filter((warning) => !dismissed.has(warning));
  const first = shown[0];
  if (first === undefined) return null;
  return (
    <div class="banner warning" role="status">
      <Icon name="warning" />
      <span>{first}</span>
      {shown.length > 1 && <span class="muted tabular">{text.frame.more(shown.length - 1)}</span>}
      <span class="grow" />
      <button
        type="button"
        class="button square"
        aria-label={text.frame.dismissWarning}
        onClick={() => dismissWarning(page, first)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

export function Lost() {
  const connection = useValue((state) => state.connection);
  const waiting = useValue((state) => state.edits.waiting.length);
  if (connection !== 'lost') return null;
  return (
    <div class="banner lost" role="alert">
      <span class="spinner" aria-hidden="true" />
      <span>{text.saving.lostBanner(waiting)}</span>
    </div>
  );
}
