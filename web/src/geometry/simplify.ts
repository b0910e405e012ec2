// Fewer vertices, as a preview of what the program would make: Douglas and Peucker's, on closed rings.

import { distance, type Point } from './box';
import type { Polygon, Ring } from './polygon';
import { fewestVertices, projected } from './vertices';

function pointOf([x, y]: readonly [number, number]): Point {
  return { x, y };
}

// The vertex between first and last (of the ring unrolled) that is farthest from the line between them.
function farthest(ring: Ring, first: number, last: number): { index: number; far: number } {
  const n = ring.length;
  let found = { index: -1, far: -1 };
  for (let index = first + 1; index < last; ++index) {
    const at = pointOf(ring[index % n]!);
    const far = distance(at, projected(ring[first % n]!, ring[last % n]!, at));
    if (far > found.far) found = { index, far };
  }
  return found;
}

// The outline leaves the present one by tolerance at most. A ring that would lose its area keeps its vertices.
export function simplifiedRing(ring: Ring, tolerance: number): Ring {
  const n = ring.length;
  if (n <= fewestVertices) return ring;
  const start = pointOf(ring[0]!);
  let opposite = 0;
  ring.forEach((vertex, i) => {
    if (distance(pointOf(vertex), start) > distance(pointOf(ring[opposite]!), start)) opposite = i;
  });
  if (opposite === 0) return ring;
  const kept = new Set([0, opposite]);
  const spans: [number, number][] = [
    [0, opposite],
    [opposite, n],
  ];
  for (let span = spans.pop(); span !== undefined; span = spans.pop()) {
    const { index, far } = farthest(ring, span[0], span[1]);
    if (far <= tolerance) continue;
    kept.add(index);
    spans.push([span[0], index], [index, span[1]]);
  }
  return kept.size < fewestVertices ? ring : ring.filter((_, i) => kept.has(i));
}

export function simplified(polygon: Polygon, tolerance: number): Polygon {
  return polygon.map(({ outer, holes }) => ({
    outer: simplifiedRing(outer, tolerance),
    holes: holes.map((hole) => simplifiedRing(hole, tolerance)),
  }));
}
