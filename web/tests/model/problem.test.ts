import { expect, test } from 'vitest';
import { isConflict, problemOf } from '../../src/model/problem';

test('a problem document keeps its words', () => {
  const problem = problemOf(409, {
    type: '/problems/revision-conflict',
    title: 'Changed',
    status: 409,
    detail: 'Reload.',
  });
  expect(problem.message).toBe('Changed: Reload.');
  expect(isConflict(problem)).toBe(true);
});

test('anything else still gives a sentence', () => {
  for (const body of [null, 'x', 5, [], {}, { title: 7, detail: null }]) {
    expect(problemOf(502, body).message).toBe('The program answered 502');
  }
});
