import { describe, expect, test } from 'vitest';
import { labelHeight, labelRise, placeLabels, type Label } from '../../src/geometry/labels';
import type { Point } from '../../src/geometry/box';
import { makeRandom } from '../random';

const screen = { width: 732, height: 592 };

function some(n: number, seed: number): readonly Label[] {
  const next = makeRandom(seed);
  return Array.from({ length: n }, () => ({ on: { x: next(-60, 800), y: next(-60, 650) }, width: next(40, 220) }));
}

function overlap(a: Point, aw: number, b: Point, bw: number): boolean {
  return a.x < b.x + bw && b.x < a.x + aw && a.y < b.y + labelHeight && b.y < a.y + labelHeight;
}

describe('names of objects', () => {
  test('however many there are, each shown is within the view, and none lies on another', () => {
    for (let seed = 1; seed <= 20; ++seed) {
      const labels = some(5 * seed, seed);
      const kept = some(1, 100 + seed);
      const found = placeLabels(labels, screen, kept);
      const shown = [...labels, ...kept]
        .map(({ width }, i) => ({ width, at: [...found.others, ...found.kept][i]! }))
        .filter(({ at }) => at !== null);
      for (const { at, width } of shown) {
        expect(at.x >= 0 && at.y >= 0 && at.x + width <= screen.width && at.y + labelHeight <= screen.height).toBe(true);
      }
      shown.forEach((a, i) => {
        for (const b of shown.slice(i + 1)) expect(overlap(a.at, a.width, b.at, b.width)).toBe(false);
      });
    }
  });

  test('one alone stands on its point; the kept ones always stand; of two at one place the last is first', () => {
    const on = { x: 300, y: 200 };
    expect(placeLabels([{ on, width: 80 }], screen).others).toEqual([{ x: 260, y: 200 - labelRise }]);
    const crowd = Array.from({ length: 40 }, () => ({ on, width: 80 }));
    const found = placeLabels(crowd, screen, crowd.slice(0, 12));
    expect(found.kept.every((place) => place !== null)).toBe(true);
    expect(found.others.every((place) => place === null)).toBe(true);
    const alone = placeLabels(crowd, screen).others;
    expect(alone.at(-1)).toEqual({ x: 260, y: 200 - labelRise });
    expect(alone.filter((place) => place !== null).length).toBeGreaterThan(2);
    expect(alone[0]).toBeNull();
  });

  test('at an edge of the view it is moved in; wider than the view it begins within it', () => {
    expect(placeLabels([{ on: { x: 0, y: 0 }, width: 100 }], screen).others).toEqual([{ x: 2, y: 2 }]);
    expect(placeLabels([{ on: { x: 732, y: 700 }, width: 100 }], screen).others).toEqual([{ x: 630, y: 569 }]);
    expect(placeLabels([{ on: { x: 50, y: 50 }, width: 900 }], screen).others[0]!.x).toBe(2);
  });
});
