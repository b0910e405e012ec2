// The finished annotations. Drawn when they, the view or the selection change, not when the prompt does.

import { topOf } from '../geometry/polygon';
import { visible } from '../geometry/viewport';
import { colorOf, css } from '../model/color';
import type { Annotation } from '../model/wire';
import type { PageState } from '../state/page-state';
import { boxPath, fill, outline, pathOf, plate, point, type Canvas } from './brush';

function drawShape(canvas: Canvas, annotation: Annotation, state: PageState): void {
  const { layers, opacity, viewport, selection } = state;
  const selected = selection.has(annotation.id);
  const color = colorOf(annotation.class_id);
  const path = pathOf(annotation.polygon, viewport.scale);
  if (layers.masks || selected) {
    fill(canvas, path, css(color, selected ? Math.min(1, opacity + 0.15) : opacity));
    outline(canvas, path, selected ? '#fff' : css(color), selected ? 2.25 : 1.5, viewport.scale);
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
  plate(canvas, name, css(colorOf(annotation.class_id)), top.x, top.y, scale);
}

export function drawAnnotations(canvas: Canvas, state: PageState, names: ReadonlyMap<number, string>): void {
  const { picture, adding, layers, selection, viewport, screen } = state;
  if (picture === null) return;
  const [x0, y0, x1, y1] = visible(viewport, picture, screen);
  const all = [...picture.annotations, ...adding]
    .filter(({ box }) => box[0] <= x1 && box[2] >= x0 && box[1] <= y1 && box[3] >= y0)
    .sort((a, b) => b.area - a.area);
  for (const annotation of all) drawShape(canvas, annotation, state);
  if (layers.labels) for (const annotation of all) drawName(canvas, annotation, names, viewport.scale);
  if (!layers.points) return;
  for (const annotation of all) if (selection.has(annotation.id)) drawPrompt(canvas, annotation, viewport.scale);
}
