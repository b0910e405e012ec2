import { describe, expect, test } from 'vitest';
import { numberedOf, rowsOfList, slotsAfterUse, treeRows } from '../../../src/model/class-rows';
import type { Class } from '../../../src/model/wire';
import {
  chooseMarked,
  chooseNumbered,
  classRows,
  matching,
  moveClass,
  moveMark,
  noteUse,
  numberedClasses,
  searchClasses,
  shownClasses,
  toggleGroup,
  togglePin,
} from '../../../src/state/project/classes';
import { makeRandom } from '../../random';
import { FakeProgram, pageOn } from '../fake-program';

const listOf = (names: readonly string[]): readonly Class[] => names.map((name, id) => ({ id, name }));
const many = listOf(Array.from({ length: 1200 }, (_, i) => `species ${i}`));
const nothing: ReadonlySet<string> = new Set();

test('search finds parts of the whole path, beginnings first, then beginnings of the last part', () => {
  const classes = listOf(['wild cat', 'cat', 'Cattle', 'dog', 'cat bird', 'pets/cat', 'pets/dog']);
  expect(matching(classes, 'cat').map(({ name }) => name)).toEqual(['cat', 'Cattle', 'cat bird', 'pets/cat', 'wild cat']);
  expect(matching(classes, 'pets do').map(({ name }) => name)).toEqual(['pets/dog']);
  expect(matching(classes, ' bird  cat ').map(({ name }) => name)).toEqual(['cat bird']);
  expect(matching(classes, '')).toBe(classes);
  expect(matching(classes, 'zebra')).toEqual([]);
});

test('a search marks what it finds first, and the chosen class stays until Enter', async () => {
  const program = new FakeProgram(['a.jpg']);
  const page = pageOn(program);
  const names = ['cat', 'dog', 'doe'];
  page.store.set({ project: { ...(await program.api.project()), classes: listOf(names) }, classId: 0 });
  const now = () => [page.store.get().classId, page.store.get().classMarked];
  searchClasses(page, 'do');
  expect(now()).toEqual([0, 1]);
  moveMark(page, 1);
  moveMark(page, 1);
  expect(now()).toEqual([0, 2]);
  searchClasses(page, null); // Esc
  expect(now()).toEqual([0, null]);
  moveMark(page, 1); // from the chosen one on
  expect(now()).toEqual([0, 1]);
  chooseMarked(page);
  searchClasses(page, null);
  expect(now()).toEqual([1, null]);
  searchClasses(page, 'zebra');
  chooseMarked(page);
  expect(now()).toEqual([1, null]);
});

describe('groups', () => {
  const classes = listOf(['animal/dog', 'car', 'animal/cat/wild', 'animal/cat/tame', '/odd', 'a//b']);

  test('every class has one row, in a group that stands where its first class does', () => {
    const rows = treeRows(classes, nothing).map((row) => (row.kind === 'head' ? '' : `${row.depth} ${row.label}`));
    expect(rows).toEqual(['0 animal', '1 dog', '1 cat', '2 wild', '2 tame', '0 car', '0 /odd', '0 a//b']);
  });

  test('a folded group hides all below it, and says how many', () => {
    const rows = treeRows(classes, new Set(['animal']));
    expect(rows[0]).toMatchObject({ kind: 'group', size: 3 });
    expect(rows.map((row) => row.kind)).toEqual(['group', 'class', 'class', 'class']);
  });

  test('the arrows pass over what is folded', async () => {
    const page = pageOn(new FakeProgram(['a.jpg']));
    const project = { ...(await new FakeProgram([]).api.project()), classes: listOf([...classes.map(({ name }) => name), ...many.slice(0, 9).map(({ name }) => name)]) };
    page.store.set({ project, classId: 1 });
    toggleGroup(page, 'animal');
    expect(shownClasses(page).map(({ name }) => name).slice(0, 2)).toEqual(['car', '/odd']);
    moveClass(page, -5);
    expect(page.store.get().classId).toBe(1);
    toggleGroup(page, 'animal');
    moveClass(page, -1);
    expect(page.store.get().classId).toBe(3);
  });
});

describe('number keys', () => {
  test('a short list stands once, in its own order, the pinned ones first', () => {
    const classes = listOf(['a', 'b', 'c']);
    const rows = rowsOfList(classes, numberedOf(classes, ['c'], []), nothing);
    expect(rows.map((row) => row.kind === 'class' && row.item.name)).toEqual(['c', 'a', 'b']);
  });

  test('whatever is used, a class that has a digit keeps it, and the last one used has one', () => {
    const next = makeRandom(7);
    const some = many.slice(0, 60);
    const pins = ['species 40', 'species 3'];
    let slots: readonly string[] = [];
    const used: string[] = [];
    for (let i = 0; i < 400; ++i) {
      const name = `species ${Math.floor(next(0, i % 3 === 0 ? 60 : 15))}`;
      const before = numberedOf(some, pins, slots).map((item) => item.name);
      slots = slotsAfterUse(some, pins, slots, used, name);
      used.push(name);
      const after = numberedOf(some, pins, slots).map((item) => item.name);
      expect(after).toContain(name);
      expect(after.slice(0, 2)).toEqual(pins);
      expect(new Set(after).size).toBe(9);
      expect(after.filter((other, at) => other !== before[at]).length).toBeLessThanOrEqual(before.includes(name) ? 0 : 1);
    }
  });

  test('what was not used for longest gives way', () => {
    let slots: readonly string[] = [];
    const used: string[] = [];
    for (let i = 0; i < 9; ++i) used.push(`species ${i}`);
    slots = slotsAfterUse(many, [], slots, used, 'species 500');
    expect(numberedOf(many, [], slots)[0]!.name).toBe('species 500');
    used.push('species 500');
    slots = slotsAfterUse(many, [], slots, used, 'species 501');
    expect(numberedOf(many, [], slots).map(({ name }) => name).slice(0, 3)).toEqual(['species 500', 'species 501', 'species 2']);
  });

  test('pins and digits are kept by project, by name, and outlive a class that is gone', async () => {
    const page = pageOn(new FakeProgram(['a.jpg']));
    const project = { ...(await new FakeProgram([]).api.project()), folder: '/one', classes: many };
    page.store.set({ project, classId: 700 });
    togglePin(page);
    noteUse(page, 800);
    const names = () => numberedClasses(page.store.get()).map(({ name }) => name);
    expect(names().slice(0, 3)).toEqual(['species 700', 'species 800', 'species 1']);
    chooseNumbered(page, 2);
    expect(page.store.get().classId).toBe(800);
    page.store.set({ project: { ...project, classes: many.filter(({ id }) => id !== 700) } });
    expect(names().slice(0, 2)).toEqual(['species 800', 'species 1']);
    page.store.set({ project: { ...project, folder: '/other' } });
    expect(names()[0]).toBe('species 0');
    page.store.set({ project, classId: 700 });
    expect(names()[0]).toBe('species 700');
    togglePin(page);
    expect(names()[0]).toBe('species 800');
    expect(classRows(page.store.get())).toHaveLength(9 + 1 + 1200);
  });
});
