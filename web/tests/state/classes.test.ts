import { expect, test } from 'vitest';
import { matching } from '../../src/state/classes';

const classes = ['wild cat', 'cat', 'Cattle', 'dog', 'cat bird'].map((name, id) => ({ id, name }));

test('search finds parts of names, beginnings first', () => {
  expect(matching(classes, 'cat').map(({ name }) => name)).toEqual(['cat', 'Cattle', 'cat bird', 'wild cat']);
  expect(matching(classes, ' bird  cat ').map(({ name }) => name)).toEqual(['cat bird']);
  expect(matching(classes, '')).toBe(classes);
  expect(matching(classes, 'zebra')).toEqual([]);
});
