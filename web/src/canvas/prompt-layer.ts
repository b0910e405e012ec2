// The unfinished object: box, points, the mask on offer, and what the pointer is doing.

import { toPicture } from '../geometry/viewport';
import type { Box, Point } from '../geometry/box';
import { colorOf, css } from '../model/color';
import type { PageState } from '../state/page-state';
import { preview } from '../state/prompting';
import { drawMarkedSegment } from './everything-layer';
import { boxPath, fill, outline, pathOf, point, type Canvas } from './brush';

// What the pointer is doing now; not part of the state, since it lives for one gesture. Screen pixels.
export interface Gesture {
  rubber: Box | null; // the box being drawn, picture pixels
  hover: Point | null;
  panning: boolean;
}

function drawMask(canvas: Canvas, state: PageState): void {
  const mask = preview(state);
  if (mask === null) return;
  const path = pathOf(mask.polygon, state.viewport.scale);
  fill(canvas, path, css(colorOf(state.classId ?? 0), Math.min(0.8, state.opacity + 0.15)));
  outline(canvas, path, '#fff', 2, state.viewport.scale);
}

// Fainter than a mask on offer: nobody has asked for it.
function drawHovered(canvas: Canvas, state: PageState): void {
  const { hovered, classId, viewport } = state;
  if (hovered === null || preview(state) !== null) return;
  const path = pathOf(hovered.polygon, viewport.scale);
  fill(canvas, path, css(colorOf(classId ?? 0), 0.22));
  outline(canvas, path, 'rgb(255 255 255 / 0.85)', 1, viewport.scale);
}

function drawGuides(canvas: Canvas, state: PageState, hover: Point): void {
  const { viewport, screen } = state;
  const at = toPicture(viewport, hover);
  const start = toPicture(viewport, { x: 0, y: 0 });
  const end = toPicture(viewport, { x: screen.width, y: screen.height });
  const lines = new Path2D();
  lines.moveTo(start.x, at.y);
  lines.lineTo(end.x, at.y);
  lines.moveTo(at.x, start.y);
  lines.lineTo(at.x, end.y);
  for (const [style, width] of [
    ['rgb(0 0 0 / 0.35)', 2],
    ['rgb(255 255 255 / 0.5)', 1],
  ] as const) {
    canvas.strokeStyle = style;
    canvas.lineWidth = width / viewport.scale;
    canvas.stroke(lines);
  }
}

function drawBox(canvas: Canvas, box: Box, scale: number): void {
  canvas.setLineDash([7 / scale, 4 / scale]);
  outline(canvas, boxPath(box), '#fff', 1.5, scale);
  canvas.setLineDash([]);
}

export function drawPrompt(canvas: Canvas, state: PageState, gesture: Gesture): void {
  if (state.picture === null) return;
  const { scale } = state.viewport;
  const { box, points } = state.prompt.present;
  drawMarkedSegment(canvas, state);
  drawHovered(canvas, state);
  drawMask(canvas, state);
  if (gesture.rubber !== null) drawBox(canvas, gesture.rubber, scale);
  else if (box !== null) drawBox(canvas, box, scale);
  if (state.layers.points) for (const { x, y, foreground } of points) point(canvas, x, y, foreground, 7, scale);
  if (state.mode === 'box' && gesture.hover !== null && !gesture.panning) drawGuides(canvas, state, gesture.hover);
}
