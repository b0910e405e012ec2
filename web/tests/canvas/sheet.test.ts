import { describe, expect, test } from 'vitest';
import { exposedBy, shiftOf, transformOf } from '../../src/canvas/sheet';
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

describe('what a shift brings into sight', () => {
  const size = { width: 20, height: 12 };
  const covers = (boxes: readonly (readonly number[])[], x: number, y: number) =>
    boxes.some(([x0, y0, x1, y1]) => x >= x0! && x < x1! && y >= y0! && y < y1!);

  test('is what was not on the canvas before, all of it and nothing else', () => {
    for (const by of [{ x: 3, y: 0 }, { x: -3, y: 0 }, { x: 0, y: 5 }, { x: 2, y: -5 }, { x: -20, y: 1 }, { x: 0, y: 0 }]) {
      const exposed = exposedBy(by, size);
      for (let x = 0; x < size.width; ++x) {
        for (let y = 0; y < size.height; ++y) {
          const [was, up] = [x - by.x, y - by.y];
          const wasThere = was >= 0 && was < size.width && up >= 0 && up < size.height;
          expect(covers(exposed, x, y), `${x} ${y} by ${by.x} ${by.y}`).toBe(!wasThere);
        }
      }
    }
  });
});
