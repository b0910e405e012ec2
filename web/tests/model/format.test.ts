import { expect, test } from 'vitest';
import { area, percent } from '../../src/model/format';
import { text } from '../../src/text/en';

test('numbers for people', () => {
  expect(area(940)).toBe('940 px');
  expect(area(12_345)).toBe('12.3 k px');
  expect(area(234_567)).toBe('235 k px');
  expect(area(1_250_000)).toBe('1.25 M px');
  expect(percent(0.052)).toBe('5.2 %');
  expect(percent(1.62)).toBe('162 %');
  expect(text.counted.classes(1)).toBe('1 class');
  expect(text.counted.classes(1200)).toBe('1,200 classes');
});
