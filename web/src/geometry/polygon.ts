// Polygons with parts and holes, as the program sends them.

import type { Point } from './box';

export type Ring = readonly (readonly [number, number])[];

export interface Part {
  readonly outer: Ring;
  readonly holes: readonly Ring[];
}

export type Polygon = readonly Part[];

export function ringContains(ring: Ring, point: Point): boolean {
  const { x, y } = point;
  let inside = false;
  let before = ring.at(-1)!;
  for (const at of ring) {
    if (at[1] > y !== before[1] > y && x < ((before[0] - at[0]) * (y - at[1])) / (before[1] - at[1]) + at[0]) inside = !inside;
    before = at;
  }
  return inside;
}

export function polygonContains(polygon: Polygon, point: Point): boolean {
  return polygon.some(
    (part) => ringContains(part.outer, point) && !part.holes.some((hole) => ringContains(hole, point)),
  );
}

// The highest point of the outline between two lines from top to bottom.
export function topWithin(polygon: Polygon, x0: number, x1: number): Point | null {
  let top: Point | null = null;
  const see = (x: number, y: number) => {
    if (top === null || y < top.y) top = { x, y };
  };
  const seeBetween = (a: Ring[number], b: Ring[number], x: number) => {
    if (a[0] < x !== b[0] < x) see(x, a[1] + ((b[1] - a[1]) * (x - a[0])) / (b[0] - a[0]));
  };
  for (const { outer } of polygon) {
    let before = outer.at(-1)!;
    for (const at of outer) {
      if (at[0] >= x0 && at[0] <= x1) see(at[0], at[1]);
      seeBetween(before, at, x0);
      seeBetween(before, at, x1);
      before = at;
    }
  }
  return top;
}

// Where a line from left to right is within, from left to right.
export function spansAt(polygon: Polygon, y: number): readonly (readonly [from: number, to: number])[] {
  const crossings: number[] = [];
  const cross = (ring: Ring) => {
    let before = ring.at(-1)!;
    for (const at of ring) {
      if (before[1] > y !== at[1] > y)
        crossings.push(before[0] + ((y - before[1]) * (at[0] - before[0])) / (at[1] - before[1]));
      before = at;
    }
  };
  for (const { outer, holes } of polygon) for (const ring of [outer, ...holes]) cross(ring);
  crossings.sort((a, b) => a - b);
  const spans: [number, number][] = [];
  for (let i = 0; i + 1 < crossings.length; i += 2) spans.push([crossings[i]!, crossings[i + 1]!]);
  return spans;
}

// The ring without points nearer than `step` to the one kept before them. Moves the outline by less than `step`.
export function thinned(ring: Ring, step: number): Ring {
  const kept: [number, number][] = [];
  for (const [x, y] of ring) {
    const last = kept.at(-1);
    if (last === undefined || (x - last[0]) ** 2 + (y - last[1]) ** 2 >= step ** 2) kept.push([x, y]);
  }
  return kept.length < 3 ? ring : kept;
}
