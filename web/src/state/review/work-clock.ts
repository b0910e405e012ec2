// How long a person worked on an object: the time since the last one was added, or since the picture was opened, without
// the pauses in which neither pointer nor key moved.

import type { Page } from '../page';

const idleMs = 20_000; // a longer gap is a pause, of which nothing counts

export interface WorkClock {
  active(): void; // a pointer or a key moved
  begin(): void; // on another picture
  take(): number; // seconds, to a tenth; it begins again
}

export function makeWorkClock(now: () => number): WorkClock {
  let workedMs = 0;
  let last = now();
  const active = () => {
    const at = now();
    if (at - last <= idleMs) workedMs += at - last;
    last = at;
  };
  const begin = () => {
    workedMs = 0;
    last = now();
  };
  return {
    active,
    begin,
    take() {
      active();
      const seconds = Math.round(workedMs / 100) / 10;
      begin();
      return seconds;
    },
  };
}

const clocks = new WeakMap<Page, WorkClock>();

export function workClockOf(page: Page): WorkClock {
  const clock = clocks.get(page) ?? makeWorkClock(page.now);
  clocks.set(page, clock);
  return clock;
}

// For the object that is added now.
export function takeSeconds(page: Page): number {
  return workClockOf(page).take();
}

// Another picture begins anew.
export function watchWork(page: Page): () => void {
  const clock = workClockOf(page);
  let name = page.store.get().picture?.name;
  return page.store.subscribe(() => {
    const next = page.store.get().picture?.name;
    if (next === name) return;
    name = next;
    clock.begin();
  });
}
