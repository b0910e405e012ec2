import { expect, test } from 'vitest';
import { polygonContains, spansAt, thinned, topWithin } from '../../src/geometry/polygon';

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

test('the top of all parts, and of what lies between two lines', () => {
  expect(topWithin(shape, -Infinity, Infinity)).toEqual({ x: 200, y: -50 });
  expect(topWithin(shape, 20, 90)).toMatchObject({ y: 0 });
  expect(topWithin(shape, 120, 150)).toBeNull();
  expect(topWithin([], 0, 9)).toBeNull();
  const roof = [{ outer: [[0, 100], [100, 0], [200, 100]] as const, holes: [] }];
  expect(topWithin(roof, 0, 40)).toEqual({ x: 40, y: 60 });
  expect(topWithin(roof, 120, 400)).toEqual({ x: 120, y: 20 });
});

test('a line from left to right is within between its crossings, and not in holes', () => {
  expect(spansAt(shape, 10)).toEqual([[0, 100]]);
  expect(spansAt(shape, 50)).toEqual([[0, 40], [60, 100]]);
  expect(spansAt(shape, -45)).toEqual([[200, 210]]);
  expect(spansAt(shape, 500)).toEqual([]);
  for (let y = -60; y < 110; y += 7)
    for (let x = -10; x < 220; x += 3)
      expect(spansAt(shape, y + 0.5).some(([from, to]) => x + 0.5 >= from && x + 0.5 < to)).toBe(polygonContains(shape, { x: x + 0.5, y: y + 0.5 }));
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
