// Which annotations are selected.

import { distance, type Point } from '../../geometry/box';
import { polygonContains } from '../../geometry/polygon';
import type { Annotation } from '../../model/wire';
import { text } from '../../text/en';
import { announce } from '../messages';
import type { Page } from '../page';
import { mayBeHit } from './put-aside';

type Outlined = Pick<Annotation, 'box' | 'area' | 'polygon'>;

// The shapes under a point, the smallest first.
export function allAt<T extends Outlined>(shapes: readonly T[], point: Point): T[] {
  return shapes
    .filter(({ box: [x0, y0, x1, y1] }) => point.x >= x0 && point.x <= x1 && point.y >= y0 && point.y <= y1)
    .filter(({ polygon }) => polygonContains(polygon, point))
    .sort((a, b) => a.area - b.area);
}

// What lies inside another can still be reached.
export function smallestAt<T extends Outlined>(shapes: readonly T[], point: Point): T | null {
  return allAt(shapes, point)[0] ?? null;
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

// Neither hidden nor locked.
export function hittable(page: Page): readonly Annotation[] {
  const state = page.store.get();
  return (state.picture?.annotations ?? []).filter(({ id }) => mayBeHit(state, id));
}

const samePlacePx = 4;

// The smallest under a point; at the place of the last click the one beneath the selected one.
export function selectAt(page: Page, point: Point, extend: boolean): void {
  const { tools, viewport } = page.store.get();
  const far = tools.picked === null ? Infinity : distance(tools.picked, point) * viewport.scale;
  if (!extend && far < samePlacePx) return selectBeneath(page, point);
  select(page, smallestAt(hittable(page), point)?.id ?? null, extend);
  page.store.set({ tools: { ...tools, picked: extend ? null : point } });
}

// Goes through all under a point, from the smallest on.
export function selectBeneath(page: Page, point: Point): void {
  const { tools, selection } = page.store.get();
  const under = allAt(hittable(page), point);
  const at = under.findIndex(({ id }) => selection.has(id));
  const next = under[(at + 1) % Math.max(1, under.length)];
  select(page, next?.id ?? null, false);
  page.store.set({ tools: { ...tools, picked: point } });
  if (under.length > 1) announce(page, text.editing.beneath(under.indexOf(next!) + 1, under.length));
}

export function selectAll(page: Page): void {
  page.store.set({ selection: new Set(hittable(page).map(({ id }) => id)) });
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
