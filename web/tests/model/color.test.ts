import { expect, test } from 'vitest';
import { colorOf, css } from '../../src/model/color';

function apart(a: number, b: number): number {
  const [p, q] = [colorOf(a), colorOf(b)];
  const turn = ((q.h - p.h) * Math.PI) / 180;
  const chord = Math.hypot(q.c * Math.cos(turn) - p.c, q.c * Math.sin(turn));
  return Math.hypot(q.l - p.l, chord);
}

test('classes near one another in the list are told apart', () => {
  for (let id = 0; id < 1000; ++id) {
    for (let other = id + 1; other < id + 12; ++other) expect(apart(id, other)).toBeGreaterThan(0.02);
    expect(apart(id, id + 1)).toBeGreaterThan(0.1);
  }
});

test('stable, bright enough for a dark line beside it, and defined for any id', () => {
  expect(css(colorOf(3))).toBe(css(colorOf(3)));
  for (const id of [-5, 0, 1, 999_999]) {
    expect(colorOf(id).l).toBeGreaterThan(0.6);
    expect(colorOf(id).h).toBeGreaterThanOrEqual(0);
  }
});
