// Toasts, warnings of the project and the image, and the notice of a lost connection.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { dismiss, dismissWarning } from '../state/messages';
import type { Toast } from '../state/page-state';
import { crossOf, seenAtCross } from '../state/prompting/cross';
import { text } from '../text/en';
import { usePage, useValue } from './context';
import { Icon } from './icon';

const none: readonly string[] = [];

// In a low or narrow view it is one line; what that cuts off is shown when asked for.
function Message({ toast: { id, kind, title, detail } }: { toast: Toast }) {
  const page = usePage();
  const words = useRef<HTMLDivElement>(null);
  const [cut, setCut] = useState(false);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    const { current } = words;
    if (current === null || open) return;
    const measure = () => setCut(current.scrollWidth > current.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [open]);
  return (
    <div class={`toast ${kind}${open ? ' open' : ''}`}>
      <div class="toast-text" ref={words}>
        <strong>{title}</strong>
        {detail !== '' && <p>{detail}</p>}
      </div>
      {(cut || open) && (
        <button
          type="button"
          class="button square"
          aria-label={text.frame.wholeMessage}
          aria-expanded={open}
          title={detail === '' ? title : `${title}. ${detail}`}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? 'up' : 'down'} />
        </button>
      )}
      <button type="button" class="button square" aria-label={text.frame.dismiss} onClick={() => dismiss(page, id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

// Whether they lie over what the cross points at. Asked again with each step of it, each pan and zoom, and each message.
function useOverCross(ref: { readonly current: HTMLDivElement | null }): boolean {
  const { store } = usePage();
  const [over, setOver] = useState(false);
  const [cross, viewport, toasts] = [useValue(crossOf), useValue((state) => state.viewport), useValue((state) => state.toasts)];
  useLayoutEffect(() => {
    const seen = cross === null ? null : seenAtCross(store.get());
    const place = ref.current?.parentElement?.querySelector('.canvas')?.getBoundingClientRect();
    if (seen === null || ref.current === null || place === undefined) return setOver(false);
    const [x0, y0, x1, y1] = seen;
    const lies = ({ left, top, right, bottom }: DOMRect) =>
      left - place.left < x1 && right - place.left > x0 && top - place.top < y1 && bottom - place.top > y0;
    setOver([...ref.current.children].some((each) => lies(each.getBoundingClientRect())));
  }, [cross, viewport, toasts]);
  return over;
}

export function Toasts() {
  const ref = useRef<HTMLDivElement>(null);
  const toasts = useValue((state) => state.toasts);
  const over = useOverCross(ref);
  return (
    <div class={over ? 'toasts aside' : 'toasts'} role="alert" ref={ref}>
      {toasts.map((toast) => (
        <Message key={toast.id} toast={toast} />
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
