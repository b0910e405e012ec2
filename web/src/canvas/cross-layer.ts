// The cross that keys move: lines from edge to edge of the view, a ring where they meet, and the box that it draws.

import { boxOf } from '../geometry/box';
import type { PageState } from '../state/page-state';
import { crossOf } from '../state/prompting/cross';
import { outline, type Canvas } from './brush';
import { makePen } from './pen';

const radiusPx = 7;

export function drawCross(canvas: Canvas, state: PageState): void {
  const cross = crossOf(state);
  if (cross === null) return;
  const pen = makePen(canvas, state);
  pen.guides(cross.at);
  if (cross.corner !== null) pen.box(boxOf(cross.corner, cross.at));
  const ring = new Path2D();
  ring.arc(cross.at.x, cross.at.y, radiusPx / state.viewport.scale, 0, 2 * Math.PI);
  outline(canvas, ring, '#fff', 2, state.viewport.scale);
}
