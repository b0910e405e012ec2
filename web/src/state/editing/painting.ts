// The brush and the eraser. A stroke is shown until the program has made it part of an object; strokes follow one
// another without a wait, also onto an object that is only being made by the first of them.

import { clamp, type Point } from '../../geometry/box';
import type { Edit } from '../../model/wire';
import { text } from '../../text/en';
import { make } from './editing';
import { tell } from '../messages';
import type { Page } from '../page';
import type { PageState } from '../page-state';
import { preferenceOf, setPreference } from '../preferences';
import { editedId, setTools } from './reshaping';
import { hittable, select, smallestAt } from './selecting';
import type { Stroke } from './tools-state';
import { takeSeconds } from '../review/work-clock';

const radiusKey = 'brush.radius';
const smallestRadius = 0.5; // pixels of the picture
export const radiusStep = 1.25;

export function largestRadius({ picture }: PageState): number {
  return picture === null ? 100 : Math.max(10, Math.round(Math.max(picture.width, picture.height) / 8));
}

// Of the brush, in pixels of the picture: 12 CSS pixels of the fitted picture until somebody chose one.
export function brushRadius(state: PageState): number {
  const chosen = preferenceOf(state, radiusKey, 0);
  if (chosen > 0) return clamp(chosen, smallestRadius, largestRadius(state));
  const { picture } = state;
  return picture === null ? 10 : Math.max(2, Math.round(Math.max(picture.width, picture.height) / 80));
}

export function setBrushRadius(page: Page, radius: number): void {
  const state = page.store.get();
  setPreference(page, radiusKey, Math.round(clamp(radius, smallestRadius, largestRadius(state)) * 2) / 2);
}

// At least half a pixel a step.
export function changeBrush(page: Page, larger: boolean): void {
  const radius = brushRadius(page.store.get());
  setBrushRadius(
    page,
    larger ? Math.max(radius + 0.5, radius * radiusStep) : Math.min(radius - 0.5, radius / radiusStep),
  );
}

// What strokes go onto. A new object has no id before its first stroke, and one below 0 until that is stored.
interface Target {
  id: number | null;
  readonly isNew: boolean;
}

interface Painting {
  target: Target | null; // of the strokes on their way
  number: number;
}

const paintings = new WeakMap<Page, Painting>();

function paintingOf(page: Page): Painting {
  const painting = paintings.get(page) ?? { target: null, number: 0 };
  paintings.set(page, painting);
  return painting;
}

function targetOf(page: Page): Target {
  const painting = paintingOf(page);
  const id = editedId(page.store.get());
  const onWay = page.store.get().tools.strokes.length > 0;
  const { target } = painting;
  if (onWay && target !== null && (target.id === id || (target.isNew && id === null))) return target;
  return (painting.target = { id, isNew: id === null });
}

// A new object begins with the next stroke.
export function startNewObject(page: Page): void {
  paintingOf(page).target = null;
  select(page, null, false);
}

// The object that a stroke of the eraser begins on, where none is selected.
export function eraseTarget(page: Page, at: Point): number | null {
  const state = page.store.get();
  const id = editedId(state) ?? smallestAt(hittable(page), at)?.id ?? null;
  if (id === null && state.tools.strokes.length === 0)
    tell(page, 'info', 'note', text.editing.nothingToErase, text.editing.nothingToEraseDetail);
  return id;
}

// Resolves to whether it was stored. The stroke is shown until then, and taken back if it is refused.
export async function paint(page: Page, points: readonly Point[], radius: number, erase: boolean): Promise<boolean> {
  const { picture, classId, selection } = page.store.get();
  if (picture === null || points.length === 0) return false;
  if (!erase && selection.size === 0 && classId === null) {
    tell(page, 'warning', 'edit', text.prompting.chooseClass, text.prompting.chooseClassDetail);
    return false;
  }
  const target = targetOf(page);
  if (erase && target.id === null) return false;
  const edited = picture.annotations.find(({ id }) => id === target.id);
  const stroke: Stroke = {
    number: ++paintingOf(page).number,
    points,
    radius,
    erase,
    classId: edited?.class_id ?? classId ?? 0,
  };
  setTools(page, { strokes: [...page.store.get().tools.strokes, stroke] });
  const first = target.id === null;
  target.id ??= -page.nextId++;
  const onto = first ? { id: null, class_id: stroke.classId, seconds: takeSeconds(page) } : { id: target.id };
  const ring = points.map(({ x, y }) => [x, y] as const);
  const change: Edit = { type: 'paint', ...onto, points: ring, radius, ...(erase ? { erase } : {}) };
  const done = erase ? text.editing.erased : text.editing.painted;
  const submitted = await make(page, change, done, null, first ? target.id : null);
  const stored = submitted?.outcome === 'stored';
  const after = page.store.get();
  setTools(page, { strokes: after.tools.strokes.filter(({ number }) => number !== stroke.number) });
  target.id = submitted?.made ?? target.id;
  if (!stored || after.picture?.name !== picture.name) return stored;
  if (after.selection.size === 0 && paintingOf(page).target === target) select(page, target.id, false);
  return stored;
}
