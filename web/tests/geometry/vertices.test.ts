import { describe, expect, test } from 'vitest';
import { polygonContains, type Polygon, type Ring } from '../../src/geometry/polygon';
import { simplified, simplifiedRing } from '../../src/geometry/simplify';
import { partArea, ringArea, withoutSpecks } from '../../src/geometry/specks';
import {
  countVertices,
  deleteVertices,
  edgeAt,
  fewestVertices,
  forEachRing,
  insertVertex,
  keyOf,
  moveVertices,
  projected,
  spacedVertices,
  vertexAt,
  type Place,
} from '../../src/geometry/vertices';
import { makeRandom } from '../random';

const random = makeRandom(11);
const picture = { width: 400, height: 300 };
const everywhere = [0, 0, 400, 300] as const;

function wavy(x: number, y: number, radius: number, count: number): Ring {
  return Array.from({ length: count }, (_, i) => {
    const turn = (i / count) * 2 * Math.PI;
    const r = radius * (1 + random(-0.1, 0.1));
    return [x + r * Math.cos(turn), y + r * Math.sin(turn)] as const;
  });
}

function randomPolygon(): Polygon {
  return [
    { outer: wavy(120, 150, 80, Math.round(random(3, 60))), holes: [wavy(120, 150, 20, Math.round(random(3, 12)))] },
    { outer: wavy(300, 150, 50, Math.round(random(3, 30))), holes: [] },
  ];
}

function places(polygon: Polygon): Place[] {
  const all: Place[] = [];
  forEachRing(polygon, (ring, part, number) => ring.forEach((_, index) => all.push({ part, ring: number, index })));
  return all;
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(random(0, list.length - 1e-9))]!;

describe('vertices', () => {
  test('moving moves those named by just that and leaves all others', () => {
    for (let run = 0; run < 50; ++run) {
      const polygon = randomPolygon();
      const named = new Set(Array.from({ length: 5 }, () => keyOf(pick(places(polygon)))));
      const by = { x: random(-500, 500), y: random(-500, 500) };
      const moved = moveVertices(polygon, named, by, picture);
      for (const place of places(polygon)) {
        const [was, is] = [vertexAt(polygon, place)!, vertexAt(moved, place)!];
        if (!named.has(keyOf(place))) expect(is).toEqual(was);
        else {
          expect(is.x).toBeCloseTo(Math.min(Math.max(was.x + by.x, 0), 400), 9);
          expect(is.y).toBeCloseTo(Math.min(Math.max(was.y + by.y, 0), 300), 9);
        }
      }
      const back = moveVertices(
        moveVertices(polygon, named, { x: 3, y: 2 }, picture),
        named,
        { x: -3, y: -2 },
        picture,
      );
      expect(countVertices(back)).toBe(countVertices(polygon));
    }
  });

  test('a vertex made on an edge and taken away again leaves the outline as it was', () => {
    for (let run = 0; run < 50; ++run) {
      const polygon = randomPolygon();
      const edge = pick(places(polygon));
      const { polygon: more, place } = insertVertex(polygon, edge, { x: 7, y: 9 });
      expect(vertexAt(more, place)).toEqual({ x: 7, y: 9 });
      expect(countVertices(more)).toBe(countVertices(polygon) + 1);
      expect(deleteVertices(more, new Set([keyOf(place)]))).toEqual(polygon);
    }
  });

  test('no ring is left with one or two vertices, and something is always left', () => {
    for (let run = 0; run < 200; ++run) {
      const polygon = randomPolygon();
      const all = places(polygon);
      const named = new Set(all.filter(() => random(0, 1) < 0.8).map(keyOf));
      const left = deleteVertices(polygon, named);
      if (left === null) continue;
      expect(left.length).toBeGreaterThan(0);
      forEachRing(left, (ring) => expect(ring.length).toBeGreaterThanOrEqual(fewestVertices));
    }
    expect(deleteVertices(randomPolygon(), new Set(places(randomPolygon()).map(keyOf)))).toBeNull();
  });

  test('the edge under a point is the nearest one', () => {
    for (let run = 0; run < 100; ++run) {
      const polygon = randomPolygon();
      const at = { x: random(0, 400), y: random(0, 300) };
      const found = edgeAt(polygon, at, 1e9)!;
      const far = Math.hypot(found.on.x - at.x, found.on.y - at.y);
      forEachRing(polygon, (ring) =>
        ring.forEach((a, i) => {
          const on = projected(a, ring[(i + 1) % ring.length]!, at);
          expect(far).toBeLessThanOrEqual(Math.hypot(on.x - at.x, on.y - at.y) + 1e-9);
        }),
      );
      expect(edgeAt(polygon, at, far - 1e-6)).toBeNull();
    }
  });

  test('handles are apart from the one before, and all are there where there is room', () => {
    const polygon = randomPolygon();
    expect(spacedVertices(polygon, 0, everywhere)).toHaveLength(countVertices(polygon));
    const [outer] = [wavy(200, 150, 100, 3000)];
    const shown = spacedVertices([{ outer, holes: [] }], 8, everywhere);
    shown.slice(1).forEach(({ index }, i) => {
      const [a, b] = [outer[shown[i]!.index]!, outer[index]!];
      expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeGreaterThanOrEqual(8);
    });
  });
});

describe('fewer vertices', () => {
  test('the outline leaves the one before by the tolerance at most, and keeps its vertices in order', () => {
    for (let run = 0; run < 40; ++run) {
      const ring = wavy(200, 150, 100, Math.round(random(4, 300)));
      const tolerance = random(0.5, 10);
      const fewer = simplifiedRing(ring, tolerance);
      expect(fewer.length).toBeGreaterThanOrEqual(fewestVertices);
      let at = -1;
      for (const vertex of fewer) {
        const index = ring.indexOf(vertex);
        expect(index).toBeGreaterThan(at);
        at = index;
      }
      for (const [x, y] of ring) {
        const far = Math.min(
          ...fewer.map((a, i) => {
            const on = projected(a, fewer[(i + 1) % fewer.length]!, { x, y });
            return Math.hypot(on.x - x, on.y - y);
          }),
        );
        expect(far).toBeLessThanOrEqual(tolerance + 1e-9);
      }
    }
  });

  test('a larger tolerance never keeps more', () => {
    const polygon = randomPolygon();
    const counts = [0.5, 1, 2, 4, 8].map((tolerance) => countVertices(simplified(polygon, tolerance)));
    counts.slice(1).forEach((count, i) => expect(count).toBeLessThanOrEqual(counts[i]!));
  });

  test('a triangle and a ring without area stay', () => {
    const triangle: Ring = [
      [0, 0],
      [10, 0],
      [0, 10],
    ];
    expect(simplifiedRing(triangle, 10)).toBe(triangle);
    const flat: Ring = [
      [5, 5],
      [5, 5],
      [5, 5],
      [5, 5],
    ];
    expect(simplifiedRing(flat, 1)).toBe(flat);
  });
});

describe('specks', () => {
  test('areas are those of the pixels inside', () => {
    const ring = wavy(200, 150, 90, 80);
    const polygon: Polygon = [{ outer: ring, holes: [wavy(200, 150, 30, 20)] }];
    let inside = 0;
    for (let x = 0; x < 400; ++x)
      for (let y = 0; y < 300; ++y) if (polygonContains(polygon, { x: x + 0.5, y: y + 0.5 })) ++inside;
    expect(partArea(polygon[0]!)).toBeGreaterThan(0.98 * inside);
    expect(partArea(polygon[0]!)).toBeLessThan(1.02 * inside);
    expect(ringArea([...ring].reverse())).toBeCloseTo(ringArea(ring), 6);
  });

  test('the largest piece stays whatever the limit', () => {
    const polygon = randomPolygon();
    expect(withoutSpecks(polygon, 1e9)).toEqual([polygon[0]]);
    expect(withoutSpecks(polygon, 1)).toBe(polygon);
  });
});
