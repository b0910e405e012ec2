import { describe, expect, test } from 'vitest';
import { pagesIn, rowsInSight, scrollToRow, wholeRows } from '../../src/geometry/list-window';
import { makeRandom } from '../random';

describe('list window', () => {
  test('every row in sight is drawn, and few others', () => {
    const random = makeRandom(11);
    for (let i = 0; i < 500; ++i) {
      const count = Math.floor(random(0, 100_000));
      const height = random(50, 1200);
      const top = random(0, Math.max(0, count * 52 - height));
      const { first, end } = rowsInSight(top, height, 52, count);
      expect(first).toBeLessThanOrEqual(Math.floor(top / 52));
      expect(end).toBeGreaterThanOrEqual(Math.min(count, Math.ceil((top + height) / 52)));
      expect(end - first).toBeLessThanOrEqual(Math.ceil(height / 52) + 14);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(count);
    }
  });

  test('a list that became shorter than its scroll position draws nothing outside', () => {
    expect(rowsInSight(5000, 300, 30, 2).end).toBe(2);
    expect(rowsInSight(0, 300, 30, 0)).toEqual({ first: 0, end: 0 });
  });

  test('whole rows leave out cut ones', () => {
    expect(wholeRows(0, 300, 30, 100)).toEqual({ first: 0, end: 10 });
    expect(wholeRows(15, 300, 30, 100)).toEqual({ first: 1, end: 10 });
    expect(wholeRows(0, 300, 30, 4)).toEqual({ first: 0, end: 4 });
  });

  test('scrolling to a row shows it and is stable', () => {
    const random = makeRandom(5);
    for (let i = 0; i < 500; ++i) {
      const count = Math.floor(random(1, 5000));
      const index = Math.floor(random(0, count));
      const top = random(0, Math.max(0, count * 30 - 400));
      const to = scrollToRow(index, top, 400, 30, count);
      expect(index * 30).toBeGreaterThanOrEqual(to - 1e-9);
      expect((index + 1) * 30).toBeLessThanOrEqual(to + 400 + 1e-9);
      expect(scrollToRow(index, to, 400, 30, count)).toBe(to);
    }
  });

  test('pages of a window', () => {
    expect(pagesIn({ first: 190, end: 410 }, 200)).toEqual([0, 1, 2]);
    expect(pagesIn({ first: 200, end: 400 }, 200)).toEqual([1]);
    expect(pagesIn({ first: 3, end: 3 }, 200)).toEqual([]);
  });
});
