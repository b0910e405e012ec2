// Annotations of a new answer that are as they were keep their identity: what was drawn and computed for them stays.

import type { Polygon, Ring } from '../geometry/polygon';
import type { Annotation } from './wire';

function sameRing(a: Ring, b: Ring): boolean {
  return a.length === b.length && a.every(([x, y], i) => x === b[i]![0] && y === b[i]![1]);
}

export function samePolygon(a: Polygon, b: Polygon): boolean {
  if (a.length !== b.length) return false;
  return a.every(({ outer, holes }, i) => {
    const part = b[i]!;
    return (
      holes.length === part.holes.length &&
      sameRing(outer, part.outer) &&
      holes.every((hole, k) => sameRing(hole, part.holes[k]!))
    );
  });
}

// All but the outline, which is most of it and is compared before.
function rest({ polygon: _, ...others }: Annotation): string {
  return JSON.stringify(others);
}

export function reused(before: readonly Annotation[], now: readonly Annotation[]): readonly Annotation[] {
  const known = new Map(before.map((annotation) => [annotation.id, annotation]));
  return now.map((annotation) => {
    const old = known.get(annotation.id);
    if (old === undefined || !samePolygon(old.polygon, annotation.polygon)) return annotation;
    return rest(old) === rest(annotation) ? old : { ...annotation, polygon: old.polygon };
  });
}
