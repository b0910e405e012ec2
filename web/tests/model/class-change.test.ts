import { expect, test } from 'vitest';
import { idAfter, listOf, namesAfter, renamedIn } from '../../src/model/class-change';
import { makeRandom } from '../random';

test('whatever is renamed, merged or added, one at a time, each class is found again as the program has it', () => {
  const next = makeRandom(11);
  for (let round = 0; round < 300; ++round) {
    let n = 0;
    const before = listOf(Array.from({ length: 2 + Math.floor(next(0, 8)) }, () => `class ${n++}`));
    const at = Math.floor(next(0, before.length));
    const into = (at + 1 + Math.floor(next(0, before.length - 1))) % before.length;
    const kind = ['rename', 'merge', 'add'][Math.floor(next(0, 3))]!;
    const names = before.map(({ name }) => name);
    const after =
      kind === 'rename'
        ? listOf(names.map((name, i) => (i === at ? 'new name' : name)))
        : kind === 'merge'
          ? listOf(names.filter((_, i) => i !== at))
          : listOf([...names, 'new class']);
    const told = kind === 'rename' ? 'new name' : names[into];
    const became = namesAfter(before, after, (gone) => (gone === names[at] ? told : undefined));
    for (const { id, name } of before) {
      const wanted = id !== at ? name : kind === 'rename' ? 'new name' : kind === 'merge' ? names[into] : name;
      const found = after.find((item) => item.id === idAfter(before, after, became, id));
      expect(found?.name).toBe(wanted);
    }
  }
});

test('a class that is gone without a word is nobody, not the next one', () => {
  const [before, after] = [listOf(['a', 'b', 'c']), listOf(['a', 'c'])];
  const became = namesAfter(before, after, () => undefined);
  expect(became.size).toBe(0);
  expect(idAfter(before, after, became, 1)).toBe(null);
  expect(idAfter(before, after, became, 2)).toBe(1);
  expect(idAfter(before, after, namesAfter(before, after, () => 'gone too'), 1)).toBe(null);
});

test('names follow once each, and stay the same list where none changed', () => {
  const names = ['a', 'b', 'c'];
  expect(renamedIn(names, new Map([['x', 'y']]))).toBe(names);
  expect(renamedIn(names, new Map([['b', 'c']]))).toEqual(['a', 'c']);
});
