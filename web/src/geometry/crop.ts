// The part of a picture that shows some boxes.

import { clamp, type Box, type Size } from './box';

// A square, as far as the picture reaches, around all boxes with a margin of their larger side.
export function cropAround(boxes: readonly Box[], picture: Size, margin = 0.15): Box {
  const x0 = Math.min(...boxes.map((box) => box[0]));
  const y0 = Math.min(...boxes.map((box) => box[1]));
  const x1 = Math.max(...boxes.map((box) => box[2]));
  const y1 = Math.max(...boxes.map((box) => box[3]));
  const side = Math.max(x1 - x0, y1 - y0, 16) * (1 + 2 * margin);
  const width = Math.min(side, picture.width);
  const height = Math.min(side, picture.height);
  const left = clamp((x0 + x1 - width) / 2, 0, picture.width - width);
  const top = clamp((y0 + y1 - height) / 2, 0, picture.height - height);
  return [left, top, left + width, top + height];
}
