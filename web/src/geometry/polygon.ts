// Polygons with parts and holes, as the program sends them.

import type { Point } from './box';

export type Ring = readonly (readonly [number, number])[];

export interface Part {
  readonly outer: Ring;
  readonly holes: readonly Ring[];
}

export type Polygon = readonly Part[];

export function ringContains(ring: Ring, point: Point): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i]!;
    const [xj, yj] = ring[j]!;
    if (yi > point.y !== yj > point.y && point.x < ((xj - xi) * (point.y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

export function polygonContains(polygon: Polygon, point: Point): boolean {
  return polygon.some(
    (part) => ringContains(part.outer, point) && !part.holes.some((hole) => ringContains(hole, point)),
  );
}

// The topmost point, which is where a label reads best.
export function topOf(polygon: Polygon): Point | null {
  let top: Point | null = null;
  for (const part of polygon) {
    for (const [x, y] of part.outer) {
      if (top === null || y < top.y) top = { x, y };
    }
  }
  return top;
}

// The ring without points nearer than `step` to the one kept before them. Moves the outline by less than `step`.
export function thinned(ring: Ring, step: number): Ring {
  const kept: [number, number][] = [];
  for (const [x, y] of ring) {
    const last = kept.at(-1);
    if (last === undefined || Math.hypot(x - last[0], y - last[1]) >= step) kept.push([x, y]);
  }
  return kept.length < 3 ? ring : kept;
}
