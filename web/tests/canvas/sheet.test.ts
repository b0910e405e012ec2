import { expect, test } from 'vitest';
import { transformOf } from '../../src/canvas/sheet';
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
