// Strokes and text whose width is in CSS pixels whatever the zoom, readable on bright and on dark pictures alike.

import type { Box } from '../geometry/box';
import { labelHeight } from '../geometry/labels';
import { thinned, type Polygon, type Ring } from '../geometry/polygon';

export type Canvas = CanvasRenderingContext2D;

const halo = 'rgb(8 10 14 / 0.75)';

function trace(path: Path2D, ring: Ring): void {
  ring.forEach(([x, y], i) => (i === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  path.closePath();
}

const paths = new WeakMap<Polygon, { octave: number; path: Path2D }>();

// One path for all parts and holes, to be filled even-odd. Kept for the present octave of the zoom, without the points
// that it cannot show: a contour that follows pixel edges has thousands.
export function pathOf(polygon: Polygon, scale: number): Path2D {
  const octave = Math.ceil(Math.log2(scale));
  const known = paths.get(polygon);
  if (known?.octave === octave) return known.path;
  const path = new Path2D();
  const step = 1 / 2 ** octave;
  for (const part of polygon) {
    trace(path, thinned(part.outer, step));
    for (const hole of part.holes) trace(path, thinned(hole, step));
  }
  paths.set(polygon, { octave, path });
  return path;
}

export function boxPath(box: Box): Path2D {
  const path = new Path2D();
  path.rect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
  return path;
}

// A light line over a dark one.
export function outline(canvas: Canvas, path: Path2D, color: string, width: number, scale: number): void {
  canvas.lineJoin = 'bevel';
  canvas.strokeStyle = halo;
  canvas.lineWidth = (width + 2) / scale;
  canvas.stroke(path);
  canvas.strokeStyle = color;
  canvas.lineWidth = width / scale;
  canvas.stroke(path);
}

export function fill(canvas: Canvas, path: Path2D, color: string): void {
  canvas.fillStyle = color;
  canvas.fill(path, 'evenodd');
}

export function point(canvas: Canvas, x: number, y: number, foreground: boolean, radius: number, scale: number): void {
  const r = radius / scale;
  const path = new Path2D();
  path.arc(x, y, r, 0, 2 * Math.PI);
  fill(canvas, path, foreground ? '#2fbf71' : '#e5484d');
  outline(canvas, path, '#fff', 1.5, scale);
  const sign = new Path2D();
  const arm = 0.5 * r;
  sign.moveTo(x - arm, y);
  sign.lineTo(x + arm, y);
  if (foreground) {
    sign.moveTo(x, y - arm);
    sign.lineTo(x, y + arm);
  }
  canvas.strokeStyle = '#fff';
  canvas.lineWidth = 1.75 / scale;
  canvas.stroke(sign);
}

const plateFont = '500 12px system-ui, sans-serif';
const widths = new Map<string, number>(); // measuring text costs as much as drawing it
const widthsKept = 2000;

// CSS pixels.
export function plateWidth(canvas: Canvas, text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  canvas.save();
  canvas.font = plateFont;
  const width = canvas.measureText(text).width + 26;
  canvas.restore();
  if (widths.size >= widthsKept) widths.clear();
  widths.set(text, width);
  return width;
}

// A name on a dark plate with a spot of the class's colour, its upper left corner at (x, y).
export function plate(canvas: Canvas, text: string, color: string, x: number, y: number, scale: number): void {
  canvas.save();
  canvas.translate(x, y);
  canvas.scale(1 / scale, 1 / scale);
  canvas.font = plateFont;
  canvas.textBaseline = 'middle';
  canvas.fillStyle = 'rgb(14 17 22 / 0.86)';
  canvas.beginPath();
  canvas.roundRect(0, 0, plateWidth(canvas, text), labelHeight, 5);
  canvas.fill();
  canvas.strokeStyle = color;
  canvas.lineWidth = 1;
  canvas.stroke();
  canvas.fillStyle = color;
  canvas.beginPath();
  canvas.arc(11, labelHeight / 2, 4, 0, 2 * Math.PI);
  canvas.fill();
  canvas.fillStyle = '#eef1f5';
  canvas.fillText(text, 19, labelHeight / 2 + 0.5);
  canvas.restore();
}
