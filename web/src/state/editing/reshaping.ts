// The object that is edited by hand, its chosen vertices, and changes of its outline.

import { countVertices, keyOf, type Place, type PlaceKey } from '../../geometry/vertices';
import type { Polygon } from '../../geometry/polygon';
import type { Annotation } from '../../model/wire';
import { text } from '../../text/en';
import { edit } from './editing';
import type { Page } from '../page';
import type { PageState } from '../page-state';
import type { ToolsState } from './tools-state';

export function setTools(page: Page, change: Partial<ToolsState>): void {
  page.store.set({ tools: { ...page.store.get().tools, ...change } });
}

// The object that the editing tools work on: the one selected last.
export function editedId({ selection }: PageState): number | null {
  return [...selection].at(-1) ?? null;
}

export function editedAnnotation(state: PageState): Annotation | null {
  const id = editedId(state);
  return state.picture?.annotations.find((annotation) => annotation.id === id) ?? null;
}

export function choosePlaces(page: Page, places: Iterable<PlaceKey>): void {
  setTools(page, { places: new Set(places) });
}

export function choosePlace(page: Page, place: Place, extend: boolean): void {
  const key = keyOf(place);
  const { places } = page.store.get().tools;
  const chosen = new Set(extend ? places : []);
  if (extend && places.has(key)) chosen.delete(key);
  else chosen.add(key);
  setTools(page, { places: chosen });
}

// The new outline is shown at once (edit-queue.ts), and the old one again if the program refuses it.
export async function reshape(page: Page, id: number, polygon: Polygon): Promise<boolean> {
  const done = text.editing.reshaped(countVertices(polygon));
  const stored = await edit(page, { type: 'set_polygon', id, polygon }, done);
  if (!stored) choosePlaces(page, []);
  return stored;
}

// Another picture, selection or outline: the chosen vertices are those of the edited object as it is shown.
export function watchReshaping(page: Page): () => void {
  const { store } = page;
  let before = store.get();
  return store.subscribe(() => {
    const state = store.get();
    const last = before;
    before = state;
    if (state.picture?.name !== last.picture?.name) {
      store.set({ tools: { ...state.tools, places: new Set(), strokes: [], picked: null, asking: null } });
      return;
    }
    const { places, asking } = state.tools;
    if (asking !== null && (state.selection.size === 0 || state.selection !== last.selection))
      setTools(page, { asking: null });
    if (
      places.size > 0 &&
      (editedId(state) !== editedId(last) || state.mode !== 'vertices' || changedShape(last, state))
    )
      choosePlaces(page, []);
  });
}

// The outline has other vertices now, and no tool of this window made them so.
function changedShape(last: PageState, state: PageState): boolean {
  if (last.picture === state.picture) return false;
  const [a, b] = [editedAnnotation(last), editedAnnotation(state)];
  if (a === null || b === null) return true;
  return countVertices(a.polygon) !== countVertices(b.polygon);
}
