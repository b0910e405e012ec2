// Where the picture lies on the screen: screen = offset + scale * picture. Screen units are CSS pixels of the canvas.

import { clamp, type Box, type Point, type Size } from './box';

export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const identity: Viewport = { scale: 1, x: 0, y: 0 };

const maxScale = 32;
const margin = 24; // CSS pixels around a fitted picture; also what stays visible of a picture dragged away is 2x this

export function toScreen(viewport: Viewport, point: Point): Point {
  return { x: viewport.x + viewport.scale * point.x, y: viewport.y + viewport.scale * point.y };
}

export function toPicture(viewport: Viewport, point: Point): Point {
  return { x: (point.x - viewport.x) / viewport.scale, y: (point.y - viewport.y) / viewport.scale };
}

// The whole picture, centred. Never enlarged beyond 8x, so that an icon stays an icon.
export function fit(picture: Size, screen: Size): Viewport {
  const width = Math.max(1, screen.width - 2 * margin);
  const height = Math.max(1, screen.height - 2 * margin);
  const scale = Math.min(width / picture.width, height / picture.height, 8);
  return {
    scale,
    x: (screen.width - scale * picture.width) / 2,
    y: (screen.height - scale * picture.height) / 2,
  };
}

export function minScale(picture: Size, screen: Size): number {
  return Math.min(1, fit(picture, screen).scale / 4);
}

// The picture point under `at` stays under it.
export function zoomAt(viewport: Viewport, at: Point, factor: number, picture: Size, screen: Size): Viewport {
  const scale = clamp(viewport.scale * factor, minScale(picture, screen), maxScale);
  const ratio = scale / viewport.scale;
  return { scale, x: at.x - ratio * (at.x - viewport.x), y: at.y - ratio * (at.y - viewport.y) };
}

export function pan(viewport: Viewport, dx: number, dy: number): Viewport {
  return { scale: viewport.scale, x: viewport.x + dx, y: viewport.y + dy };
}

// Keeps a strip of the picture on screen, so that it cannot be lost.
export function keepInSight(viewport: Viewport, picture: Size, screen: Size): Viewport {
  const strip = 2 * margin;
  return {
    scale: viewport.scale,
    x: clamp(viewport.x, strip - viewport.scale * picture.width, screen.width - strip),
    y: clamp(viewport.y, strip - viewport.scale * picture.height, screen.height - strip),
  };
}

// The part of the picture on screen, cut to the picture; an empty box if none is.
export function visible(viewport: Viewport, picture: Size, screen: Size): Box {
  const a = toPicture(viewport, { x: 0, y: 0 });
  const b = toPicture(viewport, { x: screen.width, y: screen.height });
  const x0 = clamp(a.x, 0, picture.width);
  const y0 = clamp(a.y, 0, picture.height);
  return [x0, y0, Math.max(x0, clamp(b.x, 0, picture.width)), Math.max(y0, clamp(b.y, 0, picture.height))];
}
