import { expect, test } from 'vitest';
import { polygonContains, topOf } from '../../src/geometry/polygon';

const square = (x: number, y: number, side: number) =>
  [[x, y], [x + side, y], [x + side, y + side], [x, y + side]] as const;

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
