// The finished annotations, in the order of their list: the last on top. Those that are selected are drawn by
// themselves, above the others, so that the many are not drawn again while one of them changes.

import { meet, type Box } from '../geometry/box';
import type { Polygon } from '../geometry/polygon';
import { simplified } from '../geometry/simplify';
import { withoutSpecks } from '../geometry/specks';
import { visible } from '../geometry/viewport';
import { colorOf, css } from '../model/color';
import { percent } from '../model/format';
import type { Annotation } from '../model/wire';
import { isHidden } from '../state/editing/put-aside';
import type { PageState } from '../state/page-state';
import { text } from '../text/en';
import { boxPath, fill, outline, pathOf, point, type Canvas } from './brush';
import type { Names } from './names';

const faint = 0.4; // of the usual strength: what nobody has accepted
const dash = [5, 4]; // CSS pixels

// On a walk only what is looked at is filled: the rest would hide what one compares it with.
function fillOpacity(annotation: Annotation, selected: boolean, { opacity, review }: PageState): number {
  const strength = annotation.review === 'proposed' ? faint * opacity : opacity;
  if (selected) return Math.min(1, strength + 0.15);
  return review.walk === null ? strength : 0;
}

// Proposals have a broken line, dotted where a reviewer rejected.
function dashOf({ review }: Annotation, scale: number): readonly number[] {
  if (review === 'proposed') return dash.map((length) => length / scale);
  return review === 'rejected' ? [2 / scale, 3 / scale] : [];
}

export type ClassNames = ReadonlyMap<number, string>;

function drawShape(
  canvas: Canvas,
  annotation: Annotation,
  polygon: Polygon,
  selected: boolean,
  state: PageState,
): void {
  const { layers, viewport } = state;
  const color = colorOf(annotation.class_id);
  const path = pathOf(polygon, viewport.scale);
  if (layers.masks || selected) {
    const opacity = fillOpacity(annotation, selected, state);
    if (opacity > 0) fill(canvas, path, css(color, opacity));
    canvas.setLineDash([...dashOf(annotation, viewport.scale)]);
    outline(canvas, path, selected ? '#fff' : css(color), selected ? 2.25 : 1.5, viewport.scale);
    canvas.setLineDash([]);
  }
  if (layers.boxes) {
    canvas.setLineDash([6 / viewport.scale, 4 / viewport.scale]);
    outline(canvas, boxPath(annotation.box), css(color), 1.25, viewport.scale);
    canvas.setLineDash([]);
  }
}

function drawPrompt(canvas: Canvas, annotation: Annotation, scale: number): void {
  for (const { x, y, foreground } of annotation.prompt.points ?? []) point(canvas, x, y, foreground, 5, scale);
}

const longest = 40; // characters; of a path the end says what it is

export function nameOf({ class_id, review, score }: Annotation, classes: ClassNames): string {
  const whole = classes.get(class_id) ?? text.images.unknownClass(class_id);
  const name = whole.length > longest ? `…${whole.slice(1 - longest)}` : whole;
  const told = review === 'proposed' ? `${name}  ${percent(score)}` : name;
  return review === 'rejected' ? `✕ ${told}` : told;
}

// Both drawings ask, whichever is drawn first.
function arrange(canvas: Canvas, state: PageState, names: Names): void {
  const moving = movingOf(state);
  names.arrange(canvas, [...stillOf(state), ...moving], new Set(moving.map(({ id }) => id)), state);
}

function inSight(annotations: readonly Annotation[], { viewport, picture, screen }: PageState): readonly Annotation[] {
  const sight = visible(viewport, picture!, screen);
  return annotations.filter(({ box }) => meet(box, sight));
}

// Those that do not move.
export function stillOf(state: PageState): readonly Annotation[] {
  const { picture, adding, selection } = state;
  return [...(picture?.annotations ?? []), ...adding].filter(({ id }) => !selection.has(id) && !isHidden(state, id));
}

export function movingOf(state: PageState): readonly Annotation[] {
  const { picture, selection } = state;
  return (picture?.annotations ?? []).filter(({ id }) => selection.has(id) && !isHidden(state, id));
}

// Nothing but the picture is to be seen for a moment.
function isPut({ picture, review }: PageState): boolean {
  return picture !== null && review.walk?.bare !== true;
}

// parts: of the picture, all that is to be drawn, without names, which may lie across its edge; null: everything.
export function drawStill(canvas: Canvas, state: PageState, names: Names, parts: readonly Box[] | null): void {
  if (!isPut(state)) return;
  const all = inSight(stillOf(state), state);
  const isIn = ({ box }: Annotation) => parts === null || parts.some((part) => meet(part, box));
  for (const annotation of all) if (isIn(annotation)) drawShape(canvas, annotation, annotation.polygon, false, state);
  if (!state.layers.labels || parts !== null) return;
  arrange(canvas, state, names);
  names.draw(canvas, (id) => !state.selection.has(id), state);
}

// What the small panel would make of an outline.
function asked(polygon: Polygon, { tools: { asking } }: PageState): Polygon {
  if (asking === null) return polygon;
  return asking.what === 'simplify' ? simplified(polygon, asking.amount) : withoutSpecks(polygon, asking.amount);
}

// shown: the outline of an object in a gesture that goes on.
export function drawMoving(
  canvas: Canvas,
  state: PageState,
  names: Names,
  shown: { id: number; polygon: Polygon } | null,
): void {
  const { layers, viewport } = state;
  if (!isPut(state)) return;
  const polygonOf = (annotation: Annotation): Polygon => {
    if (shown?.id === annotation.id) return shown.polygon;
    return asked(annotation.polygon, state);
  };
  const all = movingOf(state).map((annotation) => ({ annotation, polygon: polygonOf(annotation) }));
  for (const { annotation, polygon } of all) drawShape(canvas, annotation, polygon, true, state);
  if (layers.labels) {
    arrange(canvas, state, names);
    names.draw(canvas, (id) => state.selection.has(id), state);
  }
  if (!layers.points) return;
  for (const { annotation } of all) drawPrompt(canvas, annotation, viewport.scale);
}
