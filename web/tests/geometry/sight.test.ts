import { describe, expect, test } from 'vitest';
import type { Box } from '../../src/geometry/box';
import { around, between, isWellInSight } from '../../src/geometry/sight';
import { fit, toScreen } from '../../src/geometry/viewport';
import { makeRandom } from '../random';

const screen = { width: 900, height: 700 };
const picture = { width: 4000, height: 3000 };

function fractions(seed: number): () => number {
  const random = makeRandom(seed);
  return () => random(0, 1);
}

function someBox(random: () => number): Box {
  const x0 = random() * 3900;
  const y0 = random() * 2900;
  return [x0, y0, x0 + 1 + random() * (3999 - x0), y0 + 1 + random() * (2999 - y0)];
}

describe('sight', () => {
  test('around an object all of it is on screen, never smaller than with the whole picture in view', () => {
    const random = fractions(3);
    for (let i = 0; i < 300; ++i) {
      const box = someBox(random);
      const view = around(box, picture, screen);
      const a = toScreen(view, { x: box[0], y: box[1] });
      const b = toScreen(view, { x: box[2], y: box[3] });
      expect(Math.min(a.x, a.y)).toBeGreaterThanOrEqual(-1e-6);
      expect(b.x).toBeLessThanOrEqual(screen.width + 1e-6);
      expect(b.y).toBeLessThanOrEqual(screen.height + 1e-6);
      expect(view.scale).toBeGreaterThanOrEqual(fit(picture, screen).scale - 1e-12);
    }
  });

  test('once there, one need not go again', () => {
    const box: Box = [1000, 1000, 1300, 1200];
    expect(isWellInSight(fit(picture, screen), box, screen)).toBe(false);
    expect(isWellInSight(around(box, picture, screen), box, screen)).toBe(true);
  });

  test('the way between two views begins at one, ends at the other, and never leaves the span of their scales', () => {
    const random = fractions(5);
    for (let i = 0; i < 100; ++i) {
      const from = around(someBox(random), picture, screen);
      const to = around(someBox(random), picture, screen);
      for (const [t, end] of [
        [0, from],
        [1, to],
      ] as const) {
        const view = between(from, to, t, screen);
        expect(view.scale).toBeCloseTo(end.scale, 8);
        expect(view.x).toBeCloseTo(end.x, 4);
        expect(view.y).toBeCloseTo(end.y, 4);
      }
      const { scale } = between(from, to, random(), screen);
      expect(scale).toBeGreaterThanOrEqual(Math.min(from.scale, to.scale) - 1e-9);
      expect(scale).toBeLessThanOrEqual(Math.max(from.scale, to.scale) + 1e-9);
    }
  });
});
