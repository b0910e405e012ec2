import { expect, test } from 'vitest';
import { linesOf } from '../../src/panels/classes/class-changes';

const result = { annotations: 3, pictures: 2, renumbered: 0, classes: ['cat', 'dog'] };

test('the preview of a merge says that undo does not take it back, those of other changes do not', () => {
  const says = (kind: 'add' | 'rename' | 'merge') => linesOf(kind, 'dog', result).some((line) => line.includes('Undo does not'));
  expect([says('merge'), says('rename'), says('add')]).toEqual([true, false, false]);
  expect(linesOf('merge', 'dog', result)[0]).toBe('3 objects change to “dog”, on 2 images.');
});
