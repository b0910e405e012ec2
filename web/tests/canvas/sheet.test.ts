import { expect, test } from 'vitest';
import { shiftOf, transformOf } from '../../src/canvas/sheet';
import { toPicture, toScreen } from '../../src/geometry/viewport';
import { makeRandom } from '../random';

test('a moved canvas shows each picture point where the new viewport has it', () => {
  const random = makeRandom(2);
  for (let i = 0; i < 200; ++i) {
    const drawn = { scale: 2 ** random(-4, 4), x: random(-500, 500), y: random(-500, 500) };
    const now = { scale: 2 ** random(-4, 4), x: random(-500, 500), y: random(-500, 500) };
    const [a, , , d, e, f] = transformOf(drawn, now).slice('matrix('.length, -1).split(',').map(Number);
    const screen = { x: random(0, 900), y: random(0, 900) };
    const expected = toScreen(now, toPicture(drawn, screen));
    expect(a! * screen.x + e!).toBeCloseTo(expected.x, 4);
    expect(d! * screen.y + f!).toBeCloseTo(expected.y, 4);
  }
});

test('only a view that moved by whole device pixels is shifted', () => {
  const random = makeRandom(3);
  for (let i = 0; i < 200; ++i) {
    const drawn = { scale: random(0.1, 8), x: random(-500, 500), y: random(-500, 500) };
    const ratio = [1, 1.25, 2][i % 3]!;
    const by = { x: Math.round(random(-300, 300)), y: Math.round(random(-300, 300)) };
    const now = { scale: drawn.scale, x: drawn.x + by.x / ratio, y: drawn.y + by.y / ratio };
    expect(shiftOf(drawn, now, ratio)).toEqual(by);
    expect(shiftOf(drawn, { ...now, x: now.x + 0.3 / ratio }, ratio)).toBeNull();
    expect(shiftOf(drawn, { ...now, scale: now.scale * 1.01 }, ratio)).toBeNull();
  }
});
