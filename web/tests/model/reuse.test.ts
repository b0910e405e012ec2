import { expect, test } from 'vitest';
import { reused } from '../../src/model/reuse';
import type { Annotation } from '../../src/model/wire';
import { square } from '../state/fake-program';

const annotation = (id: number, x: number): Annotation => ({
  id,
  class_id: 0,
  polygon: [{ ...square(x, 50, 20), holes: [square(x, 50, 5).outer] }],
  area: 1500,
  box: [x - 20, 30, x + 20, 70],
  score: 0.9,
  prompt: { points: [{ x, y: 50, foreground: true }] },
});
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test('what is as it was keeps its identity; what changed is the new one', () => {
  const before = [annotation(1, 100), annotation(2, 200), annotation(3, 300)];
  const moved = copy(before[1]!);
  const answer = [
    copy(before[0]!),
    { ...moved, polygon: [square(210, 50, 20)] },
    { ...copy(before[2]!), class_id: 4 },
    annotation(4, 400),
  ];
  const now = reused(before, answer);
  expect(now).toEqual(answer);
  expect(now[0]).toBe(before[0]);
  expect(now[1]).toBe(answer[1]);
  expect(now[2]!.class_id).toBe(4);
  expect(now[2]!.polygon).toBe(before[2]!.polygon); // its path is known
  expect(now[3]).toBe(answer[3]);
});
