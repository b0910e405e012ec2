import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { listOf, namesAfter } from '../../../src/model/class-change';
import { hasEmptyPart } from '../../../src/model/class-rows';
import type { Class, Job } from '../../../src/model/wire';
import type { Page } from '../../../src/state/page';
import { loadPreferences } from '../../../src/state/preferences';
import { chooseWhenAdded, takeProject } from '../../../src/state/project/class-changes';
import { isPinned, noteUse, numberedClasses, togglePin } from '../../../src/state/project/classes';
import { reloadProject, remember, start } from '../../../src/state/session';
import { FakeProgram, pageOn } from '../fake-program';

const twelve = Array.from({ length: 12 }, (_, i) => `class ${i}`);
const renamed = twelve.map((name) => (name === 'class 10' ? 'animal/new' : name));
const merged = twelve.filter((name) => name !== 'class 10');

let program: FakeProgram;
let classes: readonly Class[];

async function windowOn(folder: string): Promise<Page> {
  const page = pageOn(program);
  takeProject(page, { ...(await program.api.project()), folder });
  await loadPreferences(page);
  return page;
}

const job = (class_before: string, class_after: string): Job => ({
  id: 1, kind: 'classes', title: 'Merging', class_before, class_after, state: 'done', done: 1, total: 1, seconds: 0, left_s: 0, message: '', log: [], started_ms: 0, changes_project: true,
});
const rest = () => vi.advanceTimersByTimeAsync(1000);
const nameOf = (page: Page, id: number | null | undefined) => page.store.get().project?.classes.find((item) => item.id === id)?.name;
const chosen = (page: Page) => nameOf(page, page.store.get().classId);
const listed = (page: Page) => nameOf(page, page.store.get().images.filter.classId);

function choose(page: Page, id: number): void {
  const { images } = page.store.get();
  page.store.set({ classId: id, images: { ...images, filter: { classId: id } } });
}

beforeEach(() => {
  vi.useFakeTimers();
  program = new FakeProgram(['a.jpg']);
  classes = listOf(twelve);
  const project = program.api.project;
  program.api.project = async () => ({ ...(await project()), folder: '/one', classes });
});

afterEach(() => vi.useRealTimers());

describe('a class of another name', () => {
  test('stays chosen and listed, with its pin and its key, in every window', async () => {
    const windows = [await windowOn('/one'), await windowOn('/one')];
    const [mine, other] = windows as [Page, Page];
    for (const page of windows) choose(page, 10);
    togglePin(mine);
    noteUse(mine, 11);
    await rest();
    classes = listOf(renamed);
    await Promise.all(windows.map((page) => reloadProject(page)));
    await rest();
    for (const page of windows) {
      expect(chosen(page)).toBe('animal/new');
      expect(listed(page)).toBe('animal/new');
      expect(isPinned(page.store.get(), 'animal/new')).toBe(true);
      expect(numberedClasses(page.store.get()).map(({ name }) => name).slice(0, 2)).toEqual(['animal/new', 'class 11']);
    }
    expect(other.store.get().classId).toBe(10);
  });

  test('merged, its choice, its pin and its filter are the other class’s', async () => {
    const page = await windowOn('/one');
    choose(page, 10);
    togglePin(page);
    await rest();
    page.store.set({ jobs: { ...page.store.get().jobs, list: [job('class 10', 'class 11')] } });
    classes = listOf(merged);
    await reloadProject(page);
    await rest();
    expect([chosen(page), listed(page)]).toEqual(['class 11', 'class 11']);
    expect(isPinned(page.store.get(), 'class 11')).toBe(true);
    expect(page.store.get().classId).toBe(10);
  });

  test('gone without a word, the first is chosen and nothing is listed by it', async () => {
    const page = await windowOn('/one');
    choose(page, 10);
    page.store.set({ jobs: { ...page.store.get().jobs, list: [{ ...job('class 10', 'class 3'), state: 'failed' }] } });
    classes = listOf(merged);
    await reloadProject(page);
    expect(page.store.get().classId).toBeNull();
    expect(page.store.get().images.filter.classId).toBeUndefined();
  });
});

describe('a reload', () => {
  function storage(): Storage {
    const kept = new Map<string, string>();
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    } as Storage;
  }

  async function reloaded(meanwhile: readonly string[]): Promise<Page> {
    classes = listOf(twelve);
    const place = storage();
    const page = await windowOn('/one');
    const write = remember(page, place);
    choose(page, 10);
    write();
    classes = listOf(meanwhile);
    const after = pageOn(program);
    await start(after, place);
    return after;
  }

  test('finds the class again that was chosen and listed, whatever became of the list meanwhile', async () => {
    const shorter = twelve.filter((name) => name !== 'class 3');
    for (const [list, wanted] of [[twelve, 'class 10'], [renamed, 'animal/new'], [shorter, 'class 10'], [[...twelve, 'x'], 'class 10']] as const) {
      const page = await reloaded(list);
      expect([chosen(page), listed(page)]).toEqual([wanted, wanted]);
    }
  });

  test('one that is gone is not the next one', async () => {
    const page = await reloaded(merged);
    expect(page.store.get().classId).toBeNull();
    expect(page.store.get().images.filter.classId).toBeUndefined();
  });
});

describe('what became of a class', () => {
  const became = (before: string[], after: string[], job: Record<string, string> = {}) =>
    Object.fromEntries(namesAfter(listOf(before), listOf(after), (gone) => job[gone]));

  test('is what its job tells, whatever stands at its place', () => {
    expect(became(['a', 'b', 'c'], ['a', 'b', 'new'], { c: 'b' })).toEqual({ c: 'b' });
    expect(became(['a', 'b', 'c'], ['a', 'new', 'c'], { b: 'new' })).toEqual({ b: 'new' });
  });

  test('is a new name between classes that stay; at the end nobody knows', () => {
    expect(became(['a', 'b', 'c'], ['a', 'new', 'c'])).toEqual({ b: 'new' });
    expect(became(['a', 'b', 'c'], ['a', 'b', 'new'])).toEqual({}); // or c was merged away, and another one added
    expect(became(['a', 'b', 'c', 'd'], ['a', 'b', 'x', 'y'])).toEqual({});
    expect(became(['a', 'b'], ['a', 'new', 'b'])).toEqual({});
  });
});

describe('a class added here', () => {
  test('is the chosen one and in sight as soon as it is in the list, once', async () => {
    const page = await windowOn('/one');
    choose(page, 10);
    page.store.set({ classQuery: 'class', classes: { ...page.store.get().classes, folded: new Set(['a', 'a/b', 'x']) } });
    chooseWhenAdded(page, 'a/b/new');
    await reloadProject(page); // for another reason
    expect(chosen(page)).toBe('class 10');
    classes = listOf([...twelve, 'a/b/new']);
    await reloadProject(page);
    expect(chosen(page)).toBe('a/b/new');
    expect(page.store.get().classQuery).toBe('');
    expect([...page.store.get().classes.folded]).toEqual(['x']);
    choose(page, 2);
    await reloadProject(page);
    expect(chosen(page)).toBe('class 2');
  });

  test('of another window leaves the choice alone', async () => {
    const page = await windowOn('/one');
    choose(page, 10);
    classes = listOf([...twelve, 'new']);
    await reloadProject(page);
    expect(chosen(page)).toBe('class 10');
  });

  test('needs a name in each part', () => {
    for (const name of ['animal/', '/x', 'a//b', 'a/ /b', '/']) expect(hasEmptyPart(name)).toBe(true);
    for (const name of ['x', 'a/b', 'a b/c']) expect(hasEmptyPart(name)).toBe(false);
  });
});

describe('two projects open at once', () => {
  test('neither takes away the other’s pins and keys', async () => {
    const [one, two] = [await windowOn('/one'), await windowOn('/two')];
    for (const id of [3, 5]) {
      one.store.set({ classId: id });
      togglePin(one);
      await rest();
    }
    two.store.set({ classId: 7 });
    togglePin(two);
    await rest();
    const pins = async (folder: string) => {
      const page = await windowOn(folder);
      return twelve.filter((name) => isPinned(page.store.get(), name));
    };
    expect(await pins('/one')).toEqual(['class 3', 'class 5']);
    expect(await pins('/two')).toEqual(['class 7']);
  });

  test('what was kept for all projects together is taken over', async () => {
    program.preferences = { classes: { '/one': { pins: ['class 4'], slots: ['class 9'] }, '/two': { pins: [], slots: [] } } };
    const page = await windowOn('/one');
    expect(numberedClasses(page.store.get()).map(({ name }) => name).slice(0, 2)).toEqual(['class 4', 'class 9']);
    page.store.set({ classId: 6 });
    togglePin(page);
    await rest();
    expect(numberedClasses((await windowOn('/one')).store.get()).map(({ name }) => name).slice(0, 3)).toEqual(['class 4', 'class 6', 'class 9']);
  });

  test('the keys of projects are bounded; the newest stay', async () => {
    const old = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`classes:/p${i}`, { pins: [`p${i}`], slots: [], day: i }]));
    program.preferences = { ...old, theme: 'light' };
    const page = await windowOn('/one');
    page.store.set({ classId: 1 });
    togglePin(page);
    await rest();
    const kept = Object.keys(JSON.parse(JSON.stringify(program.preferences)) as object).filter((key) => key.startsWith('classes:'));
    expect(kept).toHaveLength(200);
    expect(kept).toContain('classes:/p299');
    expect(kept).toContain('classes:/one');
    expect(program.preferences).toMatchObject({ theme: 'light' });
  });
});
