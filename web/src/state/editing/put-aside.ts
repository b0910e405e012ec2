// Hides or locks single annotations of the picture on screen, until another is opened.

import type { Page } from '../page';
import type { PageState } from '../page-state';

function here({ putAside, picture }: PageState): boolean {
  return putAside.name === picture?.name;
}

export function isHidden(state: PageState, id: number): boolean {
  return here(state) && state.putAside.hidden.has(id);
}

export function isLocked(state: PageState, id: number): boolean {
  return here(state) && state.putAside.locked.has(id);
}

export function mayBeHit(state: PageState, id: number): boolean {
  return !isHidden(state, id) && !isLocked(state, id);
}

// All of them, or back again if all of them are.
export function toggleAside(page: Page, how: 'hidden' | 'locked', ids: readonly number[]): void {
  const state = page.store.get();
  if (state.picture === null) return;
  const { hidden, locked } = here(state) ? state.putAside : { hidden: new Set<number>(), locked: new Set<number>() };
  const sets = { hidden: new Set(hidden), locked: new Set(locked) };
  const back = ids.every((id) => sets[how].has(id));
  for (const id of ids) if (back) sets[how].delete(id);
    else sets[how].add(id);
  page.store.set({ putAside: { name: state.picture.name, ...sets } });
}
