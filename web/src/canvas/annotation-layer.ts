// The finished annotations. Drawn when they, the view or the selection change, not when the prompt does.

import { topOf } from '../geometry/polygon';
import { visible } from '../geometry/viewport';
import { colorOf, css } from '../model/color';
import { percent } from '../model/format';
import type { Annotation } from '../model/wire';
import { isHidden } from '../state/put-aside';
import type { PageState } from '../state/page-state';
import { boxPath, fill, outline, pathOf, plate, point, type Canvas } from './brush';

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

function drawShape(canvas: Canvas, annotation: Annotation, state: PageState): void {
  const { layers, viewport, selection } = state;
  const selected = selection.has(annotation.id);
  const color = colorOf(annotation.class_id);
  const path = pathOf(annotation.polygon, viewport.scale);
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

function drawName(canvas: Canvas, annotation: Annotation, names: ReadonlyMap<number, string>, scale: number): void {
  const top = topOf(annotation.polygon);
  if (top === null) return;
  const name = names.get(annotation.class_id) ?? `class ${annotation.class_id}`;
  const told = annotation.review === 'proposed' ? `${name}  ${percent(annotation.score)}` : name;
  plate(canvas, annotation.review === 'rejected' ? `✕ ${told}` : told, css(colorOf(annotation.class_id)), top.x, top.y, scale);
}

export function drawAnnotations(canvas: Canvas, state: PageState, names: ReadonlyMap<number, string>): void {
  const { picture, adding, layers, selection, viewport, screen } = state;
  if (picture === null || state.review.walk?.bare === true) return;
  const [x0, y0, x1, y1] = visible(viewport, picture, screen);
  const all = [...picture.annotations, ...adding]
    .filter(({ id }) => !isHidden(state, id))
    .filter(({ box }) => box[0] <= x1 && box[2] >= x0 && box[1] <= y1 && box[3] >= y0)
    .sort((a, b) => b.area - a.area);
  for (const annotation of all) drawShape(canvas, annotation, state);
  if (layers.labels) for (const annotation of all) drawName(canvas, annotation, names, viewport.scale);
  if (!layers.points) return;
  for (const annotation of all) if (selection.has(annotation.id)) drawPrompt(canvas, annotation, viewport.scale);
}
