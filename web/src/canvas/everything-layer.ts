// Segments that were found without a prompt: each in a hue of its own, since none has a class yet.

import { visible } from '../geometry/viewport';
import { colorOf, css } from '../model/color';
import type { PageState } from '../state/page-state';
import { offersSegments } from '../state/prompting/everything';
import { fill, outline, pathOf, type Canvas } from './brush';

export function drawSegments(canvas: Canvas, state: PageState): void {
  const { everything, picture, viewport, screen } = state;
  if (picture === null || !offersSegments(state)) return;
  const [x0, y0, x1, y1] = visible(viewport, picture, screen);
  const largeFirst = [...everything.segments].sort((a, b) => b.area - a.area);
  for (const { polygon, box, area } of largeFirst) {
    if (box[0] > x1 || box[2] < x0 || box[1] > y1 || box[3] < y0) continue;
    const color = colorOf((box[0] * 7 + box[1] * 13 + area) | 0); // the same hue at each drawing
    const path = pathOf(polygon, viewport.scale);
    fill(canvas, path, css(color, 0.3));
    outline(canvas, path, css(color), 1, viewport.scale);
  }
}

// The one that a click or Enter would accept.
export function drawMarkedSegment(canvas: Canvas, state: PageState): void {
  const { everything, viewport, classId } = state;
  if (everything.hovered === null || !offersSegments(state)) return;
  const path = pathOf(everything.hovered.polygon, viewport.scale);
  fill(canvas, path, css(colorOf(classId ?? 0), 0.5));
  outline(canvas, path, '#fff', 2, viewport.scale);
}
