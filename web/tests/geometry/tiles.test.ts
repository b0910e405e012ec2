import { describe, expect, test } from 'vitest';
import { proxyScale, tileBox, tileLevel, tileSide, tilesIn } from '../../src/geometry/tiles';
import { makeRandom } from '../random';

const large = { width: 8000, height: 6000 };

describe('tiles', () => {
  test('the proxy is enough for small pictures and for far views', () => {
    expect(tileLevel({ width: 2048, height: 1500 }, 3, 8)).toBeNull();
    expect(tileLevel(large, 5, proxyScale(large))).toBeNull();
    expect(tileLevel(large, 0, 1)).toBeNull();
  });

  test('the level has a pixel for each device pixel and no finer', () => {
    expect(tileLevel(large, 5, 1)).toBe(0);
    expect(tileLevel(large, 5, 4)).toBe(0);
    expect(tileLevel(large, 5, 0.5)).toBe(1);
    expect(tileLevel(large, 5, 0.3)).toBe(1);
  });

  test('tiles cover the box they are asked for and stay in the picture', () => {
    const random = makeRandom(3);
    for (let i = 0; i < 300; ++i) {
      const level = Math.floor(random(0, 4));
      const x0 = random(0, 7000);
      const y0 = random(0, 5000);
      const box = [
        x0,
        y0,
        Math.min(large.width, x0 + random(1, 3000)),
        Math.min(large.height, y0 + random(1, 3000)),
      ] as const;
      const boxes = tilesIn(box, level, large).map((tile) => tileBox(tile, large));
      expect(Math.min(...boxes.map((b) => b[0]))).toBeLessThanOrEqual(box[0]);
      expect(Math.max(...boxes.map((b) => b[2]))).toBeGreaterThanOrEqual(box[2]);
      const area = boxes.reduce((sum, b) => sum + (b[2] - b[0]) * (b[3] - b[1]), 0);
      const side = tileSide * 2 ** level;
      expect(area).toBeLessThanOrEqual((box[2] - box[0] + 2 * side) * (box[3] - box[1] + 2 * side));
      for (const b of boxes)
        expect(b[2] > b[0] && b[3] > b[1] && b[2] <= large.width && b[3] <= large.height).toBe(true);
    }
  });

  test('the middle comes first, nothing comes for an empty box', () => {
    expect(tilesIn([0, 0, 1536, 1536], 0, large)[0]).toEqual({ level: 0, x: 1, y: 1 });
    expect(tilesIn([5, 5, 5, 9], 0, large)).toEqual([]);
  });
});
