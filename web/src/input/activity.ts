// Tells the clock of work that somebody is there. Returns the unbind.

import type { Page } from '../state/page';
import { workClockOf } from '../state/review/work-clock';

export function bindActivity(page: Page): () => void {
  const stop = new AbortController();
  const { active } = workClockOf(page);
  for (const name of ['pointermove', 'pointerdown', 'keydown', 'wheel']) {
    document.addEventListener(name, active, { signal: stop.signal, passive: true, capture: true });
  }
  return () => stop.abort();
}
