import { expect, test } from 'vitest';
import { emptyHistory, isEmpty, putBack, requestOf, takeBack, withBox, withPoint } from '../../src/model/prompt';

test('a box begins anew, points refine it', () => {
  let history = withPoint(emptyHistory, { x: 1, y: 2, foreground: true }, null);
  history = withBox(history, [0, 0, 5, 5]);
  expect(history.present).toEqual({ box: [0, 0, 5, 5], points: [], maskInput: null });
  history = withPoint(history, { x: 3, y: 3, foreground: false }, 'k1');
  expect(requestOf(history.present, { multimask: true, refineEdges: true })).toEqual({
    boxes: [[0, 0, 5, 5]],
    points: [{ x: 3, y: 3, foreground: false }],
    mask_input: 'k1',
    multimask: true,
    refine_edges: true,
  });
});

test('taking back and putting back are inverse, and a new step drops what was taken back', () => {
  const one = withPoint(emptyHistory, { x: 1, y: 1, foreground: true }, null);
  const two = withPoint(one, { x: 2, y: 2, foreground: true }, 'k1');
  expect(takeBack(two).present).toEqual(one.present);
  expect(putBack(takeBack(two))).toEqual(two);
  expect(isEmpty(takeBack(takeBack(two)).present)).toBe(true);
  const other = withPoint(takeBack(two), { x: 9, y: 9, foreground: false }, null);
  expect(putBack(other)).toBe(other);
  expect(takeBack(emptyHistory)).toBe(emptyHistory);
});
