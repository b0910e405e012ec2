// The vertices of a polygon by their place in it: finding, moving, inserting and taking away. Polygons are values; what
// did not change is shared with the one before.

import { clamp, type Box, type Point, type Size } from './box';
import type { Part, Polygon, Ring } from './polygon';

// ring: 0 is the outer one of its part, then the holes. index: of the vertex, or of the one an edge begins at.
export interface Place {
  readonly part: number;
  readonly ring: number;
  readonly index: number;
}

export type PlaceKey = string;

export function keyOf({ part, ring, index }: Place): PlaceKey {
  return `${part}.${ring}.${index}`;
}

export const fewestVertices = 3;

type Rewrite = (ring: Ring, part: number, number: number) => Ring | null; // null: the ring goes

function rewritten(polygon: Polygon, rewrite: Rewrite): Polygon {
  const parts: Part[] = [];
  polygon.forEach((old, part) => {
    const outer = rewrite(old.outer, part, 0);
    if (outer === null) return;
    const holes = old.holes.map((hole, i) => rewrite(hole, part, i + 1)).filter((hole) => hole !== null);
    const same =
      outer === old.outer && holes.length === old.holes.length && holes.every((hole, i) => hole === old.holes[i]);
    parts.push(same ? old : { outer, holes });
  });
  return parts;
}

export function forEachRing(polygon: Polygon, visit: (ring: Ring, part: number, number: number) => void): void {
  polygon.forEach((part, index) => {
    visit(part.outer, index, 0);
    part.holes.forEach((hole, i) => visit(hole, index, i + 1));
  });
}

export function vertexAt(polygon: Polygon, { part, ring, index }: Place): Point | null {
  const rings = polygon[part];
  const vertex = (ring === 0 ? rings?.outer : rings?.holes[ring - 1])?.[index];
  return vertex === undefined ? null : { x: vertex[0], y: vertex[1] };
}

export function countVertices(polygon: Polygon): number {
  let count = 0;
  forEachRing(polygon, (ring) => (count += ring.length));
  return count;
}

// Moves them together; none leaves the picture.
export function moveVertices(polygon: Polygon, places: ReadonlySet<PlaceKey>, by: Point, picture: Size): Polygon {
  return rewritten(polygon, (ring, part, number) => {
    let changed = false;
    const moved = ring.map((vertex, index): readonly [number, number] => {
      if (!places.has(keyOf({ part, ring: number, index }))) return vertex;
      changed = true;
      return [clamp(vertex[0] + by.x, 0, picture.width), clamp(vertex[1] + by.y, 0, picture.height)];
    });
    return changed ? moved : ring;
  });
}

// A vertex on the edge that begins at `edge`; it gets the place after it.
export function insertVertex(polygon: Polygon, edge: Place, at: Point): { polygon: Polygon; place: Place } {
  const place = { ...edge, index: edge.index + 1 };
  const inserted = rewritten(polygon, (ring, part, number) => {
    if (part !== edge.part || number !== edge.ring) return ring;
    return [...ring.slice(0, place.index), [at.x, at.y] as const, ...ring.slice(place.index)];
  });
  return { polygon: inserted, place };
}

// Without these vertices; a ring of which all are taken goes, with its part if it is the outer one. Null where a ring
// would be left with one or two, or nothing would be left.
export function deleteVertices(polygon: Polygon, places: ReadonlySet<PlaceKey>): Polygon | null {
  let possible = true;
  const left = rewritten(polygon, (ring, part, number) => {
    const kept = ring.filter((_, index) => !places.has(keyOf({ part, ring: number, index })));
    if (kept.length === ring.length) return ring;
    if (kept.length === 0) return null;
    if (kept.length < fewestVertices) possible = false;
    return kept;
  });
  return possible && left.length > 0 ? left : null;
}

function inside([x, y]: readonly [number, number], box: Box): boolean {
  return x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3];
}

export function verticesIn(polygon: Polygon, box: Box): Place[] {
  const found: Place[] = [];
  forEachRing(polygon, (ring, part, number) => {
    ring.forEach((vertex, index) => inside(vertex, box) && found.push({ part, ring: number, index }));
  });
  return found;
}

// The vertices that get a handle: in the box, none nearer than `apart` to the one before it on the outline.
export function spacedVertices(polygon: Polygon, apart: number, box: Box): Place[] {
  const found: Place[] = [];
  forEachRing(polygon, (ring, part, number) => {
    let last: readonly [number, number] | null = null;
    ring.forEach((vertex, index) => {
      if (last !== null && Math.hypot(vertex[0] - last[0], vertex[1] - last[1]) < apart) return;
      last = vertex;
      if (inside(vertex, box)) found.push({ part, ring: number, index });
    });
  });
  return found;
}

export function midpoint(polygon: Polygon, edge: Place): Point | null {
  const a = vertexAt(polygon, edge);
  const b = vertexAt(polygon, { ...edge, index: edge.index + 1 }) ?? vertexAt(polygon, { ...edge, index: 0 });
  return a === null || b === null ? null : { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

// Edges in the box that are long enough to have a handle in their middle.
export function longEdges(polygon: Polygon, length: number, box: Box): Place[] {
  const found: Place[] = [];
  forEachRing(polygon, (ring, part, number) => {
    ring.forEach((a, index) => {
      const b = ring[(index + 1) % ring.length]!;
      if (Math.hypot(b[0] - a[0], b[1] - a[1]) < length) return;
      if (inside([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], box)) found.push({ part, ring: number, index });
    });
  });
  return found;
}

export function nearest(
  places: readonly Place[],
  pointOf: (place: Place) => Point | null,
  at: Point,
  within: number,
): Place | null {
  let best: Place | null = null;
  let bestDistance = within;
  for (const place of places) {
    const point = pointOf(place);
    if (point === null) continue;
    const far = Math.hypot(point.x - at.x, point.y - at.y);
    if (far > bestDistance) continue;
    best = place;
    bestDistance = far;
  }
  return best;
}

// The point of the edge a–b that is nearest to `at`.
export function projected(a: readonly [number, number], b: readonly [number, number], at: Point): Point {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : clamp(((at.x - a[0]) * dx + (at.y - a[1]) * dy) / length, 0, 1);
  return { x: a[0] + t * dx, y: a[1] + t * dy };
}

// The edge under a point, and the point on it.
export function edgeAt(polygon: Polygon, at: Point, within: number): { edge: Place; on: Point } | null {
  let best: { edge: Place; on: Point } | null = null;
  let bestDistance = within;
  forEachRing(polygon, (ring, part, number) => {
    ring.forEach((a, index) => {
      const on = projected(a, ring[(index + 1) % ring.length]!, at);
      const far = Math.hypot(on.x - at.x, on.y - at.y);
      if (far > bestDistance) return;
      best = { edge: { part, ring: number, index }, on };
      bestDistance = far;
    });
  });
  return best;
}
