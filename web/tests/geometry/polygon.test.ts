import { expect, test } from 'vitest';
import { polygonContains, thinned, topOf } from '../../src/geometry/polygon';

const square = (x: number, y: number, side: number) =>
  [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
  ] as const;

const shape = [
  { outer: square(0, 0, 100), holes: [square(40, 40, 20)] },
  { outer: square(200, -50, 10), holes: [] },
];

test('parts and holes', () => {
  expect(polygonContains(shape, { x: 10, y: 10 })).toBe(true);
  expect(polygonContains(shape, { x: 50, y: 50 })).toBe(false);
  expect(polygonContains(shape, { x: 205, y: -45 })).toBe(true);
  expect(polygonContains(shape, { x: 150, y: 50 })).toBe(false);
  expect(polygonContains([], { x: 1, y: 1 })).toBe(false);
});

test('top of all parts', () => {
  expect(topOf(shape)).toEqual({ x: 200, y: -50 });
  expect(topOf([])).toBeNull();
});

test('thinning keeps every point of the outline near', () => {
  const ring = Array.from({ length: 3000 }, (_, i) => {
    const angle = (i / 3000) * 2 * Math.PI;
    return [Math.round(100 * Math.cos(angle)), Math.round(80 * Math.sin(angle))] as const;
  });
  const kept = thinned(ring, 5);
  expect(kept.length).toBeLessThan(140);
  for (const [x, y] of ring) expect(Math.min(...kept.map(([u, v]) => Math.hypot(x - u, y - v)))).toBeLessThanOrEqual(5);
  expect(thinned(square(0, 0, 1), 50)).toEqual(square(0, 0, 1));
});
