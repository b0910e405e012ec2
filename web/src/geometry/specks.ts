// Small pieces of a polygon.

import type { Part, Polygon, Ring } from './polygon';

// Without a sign, whichever way round.
export function ringArea(ring: Ring): number {
  let twice = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++)
    twice += ring[j]![0] * ring[i]![1] - ring[i]![0] * ring[j]![1];
  return Math.abs(twice) / 2;
}

export function partArea({ outer, holes }: Part): number {
  return ringArea(outer) - holes.reduce((sum, hole) => sum + ringArea(hole), 0);
}

// Without parts of fewer pixels than `below`; the largest stays.
export function withoutSpecks(polygon: Polygon, below: number): Polygon {
  if (polygon.length < 2) return polygon;
  const areas = polygon.map(partArea);
  const most = Math.max(...areas);
  const kept = polygon.filter((_, i) => areas[i]! >= below || areas[i] === most);
  return kept.length === polygon.length ? polygon : kept;
}
