// The unfinished object: box, points, the mask on offer, and what the pointer is doing.

import type { Box } from '../geometry/box';
import { colorOf, css } from '../model/color';
import { isHidden } from '../state/editing/put-aside';
import { smallestAt } from '../state/editing/selecting';
import type { PageState } from '../state/page-state';
import { preview } from '../state/prompting/prompting';
import { isBare } from '../state/view/views';
import type { Hand } from '../tools/hand';
import { tools } from '../tools/table';
import { spotNow, type Spot } from '../tools/tool';
import { drawCross } from './cross-layer';
import { drawMarkedSegment } from './everything-layer';
import { boxPath, fill, outline, pathOf, point, type Canvas } from './brush';
import { makePen } from './pen';

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

function drawBox(canvas: Canvas, box: Box, scale: number): void {
  canvas.setLineDash([7 / scale, 4 / scale]);
  outline(canvas, boxPath(box), '#fff', 1.5, scale);
  canvas.setLineDash([]);
}

// The tool's own gesture, or what it shows under the pointer before one. A hand that moves the picture shows nothing.
function drawTool(canvas: Canvas, state: PageState, hand: Hand): void {
  const pen = makePen(canvas, state);
  for (const { points, radius, erase, classId } of state.tools.strokes)
    pen.stroke(points, radius, erase ? 'erase' : { classId });
  if (hand.gesture !== null) {
    if (hand.gesture.pans !== true) hand.gesture.draw?.(pen, state);
    return;
  }
  tools[state.mode].draw?.(pen, state, hoverOf(state, hand));
}

export function hoverOf(state: PageState, { hover, shift }: Hand): Spot | null {
  return hover === null ? null : { ...spotNow(state, hover), shift };
}

// The object under the pointer, whose name is shown though there is no room for it. Not while something is being made.
export function pointedAt(state: PageState, { hover, gesture }: Hand): number | null {
  const { layers, mode, picture, prompt, review } = state;
  if (picture === null || hover === null || hover.kind === 'touch' || gesture !== null) return null;
  if (!layers.labels || isBare(state) || review.walk?.bare === true || mode === 'brush' || mode === 'eraser') return null;
  if (prompt.present.box !== null || prompt.present.points.length > 0) return null;
  const seen = picture.annotations.filter(({ id }) => !isHidden(state, id));
  return smallestAt(seen, spotNow(state, hover).at)?.id ?? null;
}

export function drawPrompt(canvas: Canvas, state: PageState, hand: Hand): void {
  if (state.picture === null) return;
  const { scale } = state.viewport;
  const { box, points } = state.prompt.present;
  drawMarkedSegment(canvas, state);
  drawHovered(canvas, state);
  drawMask(canvas, state);
  if (box !== null && hand.gesture?.hidesBox !== true) drawBox(canvas, box, scale);
  if (state.layers.points) for (const { x, y, foreground } of points) point(canvas, x, y, foreground, 7, scale);
  drawTool(canvas, state, hand);
  drawCross(canvas, state);
}
