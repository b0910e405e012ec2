import { expect, test } from 'vitest';
import { actionOf } from '../../src/input/actions';
import { makeSwallowed } from '../../src/input/swallowed';

test('after e, the second key of the original chord does nothing once, for a moment', () => {
  let ms = 0;
  const swallowed = makeSwallowed(() => ms);
  const { swallows } = actionOf('export');
  expect(swallowed.takes('c')).toBe(false);
  for (const key of ['c', 'y', 'p']) {
    swallowed.begin(swallows!);
    ms += 1499;
    expect(swallowed.takes(key)).toBe(true);
    expect(swallowed.takes(key)).toBe(false);
  }
  swallowed.begin(swallows!);
  expect(swallowed.takes('n')).toBe(false);
  expect(swallowed.takes('c')).toBe(false);
  swallowed.begin(swallows!);
  ms += 1500;
  expect(swallowed.takes('c')).toBe(false);
});
