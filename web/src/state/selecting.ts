// Which annotations are selected.

import type { Point } from '../geometry/box';
import { polygonContains } from '../geometry/polygon';
import type { Annotation } from '../model/wire';
import type { Page } from './page';
import { mayBeHit } from './put-aside';

type Outlined = Pick<Annotation, 'box' | 'area' | 'polygon'>;

// The smallest of some shapes under a point: what lies inside another can still be reached.
export function smallestAt<T extends Outlined>(shapes: readonly T[], point: Point): T | null {
  let found: T | null = null;
  for (const shape of shapes) {
    const [x0, y0, x1, y1] = shape.box;
    if (point.x < x0 || point.x > x1 || point.y < y0 || point.y > y1) continue;
    if ((found === null || shape.area < found.area) && polygonContains(shape.polygon, point)) found = shape;
  }
  return found;
}

export function select(page: Page, id: number | null, extend: boolean): void {
  const old = page.store.get().selection;
  if (id === null) {
    if (!extend && old.size > 0) page.store.set({ selection: new Set() });
    return;
  }
  const selection = new Set(extend ? old : []);
  if (extend && old.has(id)) selection.delete(id);
  else selection.add(id);
  page.store.set({ selection });
}

export function selectAt(page: Page, point: Point, extend: boolean): void {
  const state = page.store.get();
  const annotations = (state.picture?.annotations ?? []).filter(({ id }) => mayBeHit(state, id));
  select(page, smallestAt(annotations, point)?.id ?? null, extend);
}

// The next or previous annotation in the list.
export function selectNext(page: Page, step: 1 | -1): void {
  const { picture, selection } = page.store.get();
  const annotations = picture?.annotations ?? [];
  if (annotations.length === 0) return;
  const at = annotations.findIndex((annotation) => selection.has(annotation.id));
  const to = at < 0 ? (step > 0 ? 0 : annotations.length - 1) : (at + step + annotations.length) % annotations.length;
  select(page, annotations[to]!.id, false);
}

export function selectOnly(page: Page, ids: readonly number[]): void {
  page.store.set({ selection: new Set(ids) });
}
