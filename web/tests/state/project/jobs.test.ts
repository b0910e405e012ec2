import { beforeEach, describe, expect, test } from 'vitest';
import { duration } from '../../../src/model/format';
import { Problem, unreachable } from '../../../src/model/problem';
import type { Job } from '../../../src/model/wire';
import { edit } from '../../../src/state/editing/editing';
import { loadPage, setFilter } from '../../../src/state/images/image-list';
import {
  busyWith,
  cancelJob,
  exportName,
  fractionOf,
  onJob,
  removeEnded,
  runningJob,
  startJob,
  takeJobs,
  tryOut,
} from '../../../src/state/project/jobs';
import { open } from '../../../src/state/images/navigation';
import type { Page } from '../../../src/state/page';
import { stateOf } from '../../../src/panels/project/job-words';
import { reconnect, reloadProject } from '../../../src/state/session';
import { FakeProgram, pageOn, settle } from '../fake-program';

let program: FakeProgram;
let page: Page;
const list = () => page.store.get().jobs.list;
const toasts = () => page.store.get().toasts;

beforeEach(() => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  page = pageOn(program);
});

const says = (id: number, change: Partial<Job>) => onJob(page, program.change(id, change));

describe('jobs', () => {
  test('are listed newest first, an older word is not taken, and the end is told once', async () => {
    await startJob(page, { kind: 'embed' });
    await startJob(page, { kind: 'export', format: 'coco', path: '/x' });
    says(1, { done: 5 });
    onJob(page, { ...list()[1]!, done: 3 });
    expect(list().map(({ id, done }) => [id, done])).toEqual([
      [2, 0],
      [1, 5],
    ]);
    expect(runningJob(page.store.get())?.id).toBe(2);
    says(1, { state: 'done', done: 10, message: '10 written.' });
    onJob(page, { ...list()[1]!, state: 'running' });
    says(1, { state: 'done' });
    expect(list()[1]!.state).toBe('done');
    expect(toasts().map(({ title, detail }) => [title, detail])).toEqual([['embed', '10 written.']]);
  });

  test('preparing that left images out is done but for those', async () => {
    await startJob(page, { kind: 'embed' });
    program.results.set(1, { written: 248, kept_before: 0, failed: 1, left_out: 1752 });
    says(1, { state: 'done', done: 2000, message: '1752 left out for lack of room' });
    await settle();
    expect(stateOf(list()[0]!, page.store.get().jobs.notPrepared.get(1))).toMatch(/^Done, but for 1,753 images/);
    const other = pageOn(program); // after a reload
    takeJobs(other, list());
    await settle();
    expect(other.store.get().jobs.notPrepared.get(1)).toBe(1753);
    expect(stateOf(list()[0]!, 0)).toMatch(/^Done($|  )/);
  });

  test('one that ended before the page was loaded is listed and not told', () => {
    const ended: Job = { ...job(4), state: 'failed', message: 'No room.' };
    takeJobs(page, [ended]);
    onJob(page, ended);
    expect(list()).toEqual([ended]);
    expect(toasts()).toEqual([]);
  });

  test('what the program refuses is told, and nothing is listed', async () => {
    program.api.startJob = () => Promise.reject(new Problem(422, 'about:blank', 'There is no format of that name', 'x'));
    expect(await startJob(page, { kind: 'embed' })).toBeNull();
    expect(list()).toEqual([]);
    expect(toasts()[0]).toMatchObject({ kind: 'error', title: 'There is no format of that name' });
  });

  test('a cancelled one is over, and all that are over can be removed', async () => {
    await startJob(page, { kind: 'embed' });
    await startJob(page, { kind: 'embed' });
    await cancelJob(page, 1);
    expect(list()[1]!.state).toBe('cancelled');
    await removeEnded(page);
    expect(list().map(({ id }) => id)).toEqual([2]);
    expect(program.removed).toEqual([1]);
  });

  test('how far one is', () => {
    expect(fractionOf({ ...job(1), total: 0 })).toBeNull();
    expect(fractionOf({ ...job(1), done: 3, total: 4 })).toBe(0.75);
    expect(fractionOf({ ...job(1), total: 0, state: 'done' })).toBe(1);
  });
});

function job(id: number): Job {
  return {
    id,
    kind: 'import',
    title: `job ${id}`,
    state: 'running',
    done: 0,
    total: 10,
    seconds: 0,
    left_s: 0,
    message: '',
    log: [],
    started_ms: 0,
    changes_project: true,
  };
}

describe('trying out', () => {
  const request = { kind: 'classes', change: 'merge', name: 'cat', to: 'dog', dry_run: true } as const;
  const found = { pictures: 3, annotations: 9, renumbered: 1, classes: ['dog'] };

  test('finds what would change, is not listed, and leaves no job behind', async () => {
    program.results.set(1, found);
    const answer = tryOut(page, request);
    await settle();
    says(1, { done: 4 });
    expect(list()).toEqual([]);
    says(1, { state: 'done', message: '9 would change.' });
    expect(await answer).toEqual({ result: found, message: '9 would change.' });
    await settle();
    expect(program.removed).toEqual([1]);
    expect(toasts()).toEqual([]);
  });

  test('one that ends before its answer comes is not waited for', async () => {
    program.results.set(1, found);
    const start = program.api.startJob;
    program.api.startJob = async (asked) => {
      const begun = await start(asked);
      says(begun.id, { state: 'done' });
      return begun;
    };
    expect((await tryOut(page, request)).result).toEqual(found);
    expect(list()).toEqual([]);
  });

  test('events before its answer, or of another window, tell nothing', async () => {
    program.results.set(1, found);
    const start = program.api.startJob;
    program.api.startJob = async (asked) => {
      const begun = await start(asked);
      says(begun.id, {});
      says(begun.id, { state: 'done', message: '9 would change.' });
      return begun;
    };
    await tryOut(page, request);
    const elsewhere: Job = { ...job(9), kind: 'import', changes_project: false };
    onJob(page, elsewhere);
    onJob(page, { ...elsewhere, state: 'done' });
    expect(toasts()).toEqual([]);
    await startJob(page, request); // the real one, as quick
    expect(toasts()).toHaveLength(1);
  });

  test('a connection lost meanwhile does not leave it waiting', async () => {
    program.results.set(1, found);
    const answer = tryOut(page, request);
    await settle();
    program.change(1, { state: 'done' }); // nobody heard of it
    takeJobs(page, await program.api.jobs());
    expect((await answer).result).toEqual(found);
    expect(list()).toEqual([]);
  });

  test('a program that is started again has forgotten it: that is said, and nobody waits', async () => {
    program.results.set(1, found);
    const answer = tryOut(page, request);
    await settle();
    program.jobs.length = 0;
    program.jobs.push({ ...job(77), title: 'of the next run' });
    await reconnect(page, () => undefined);
    await expect(answer).rejects.toThrow(/^classes: The program was started again/);
    expect(list().map(({ id }) => id)).toEqual([77]);
    program.jobs.length = 0;
    const again = tryOut(page, request);
    await settle();
    says(1, { state: 'done' });
    expect((await again).result).toEqual(found);
  });

  test('one that the answer to an older question lacks is waited for', async () => {
    program.results.set(1, found);
    const answer = tryOut(page, request);
    await settle();
    takeJobs(page, []);
    await settle();
    says(1, { state: 'done' });
    expect((await answer).result).toEqual(found);
  });

  test('while the program does not answer, its restart is waited for', async () => {
    const answer = tryOut(page, request);
    await settle();
    const { jobs } = program.api;
    program.api.jobs = () => Promise.reject(unreachable);
    takeJobs(page, []);
    await settle();
    program.jobs.length = 0;
    program.api.jobs = jobs;
    takeJobs(page, await program.api.jobs());
    await expect(answer).rejects.toThrow('started again');
  });

  test('why it failed is thrown', async () => {
    const answer = tryOut(page, request);
    await settle();
    says(1, { state: 'failed', message: 'There is no class dog.' });
    await expect(answer).rejects.toThrow('There is no class dog.');
  });
});

describe('while a job changes the project', () => {
  test('edits are not sent, and that is said; afterwards they are', async () => {
    page.store.set({ project: await program.api.project(), classId: 0 });
    await loadPage(page, 0);
    await open(page, 'a.jpg');
    onJob(page, job(7));
    expect(busyWith(page.store.get())?.id).toBe(7);
    expect(await edit(page, { type: 'clear' }, 'done')).toBe(false);
    expect(program.edits).toEqual([]);
    expect(page.store.get().saved).toBe('saved');
    expect(toasts()[0]).toMatchObject({ kind: 'warning', topic: 'edit' });
    onJob(page, { ...job(7), state: 'done' });
    expect(busyWith(page.store.get())).toBeNull();
    expect(await edit(page, { type: 'clear' }, 'done')).toBe(true);
    expect(program.edits).toHaveLength(1);
  });

  test('classes that got other numbers are found again by their names', async () => {
    const project = await program.api.project();
    const names = (...all: string[]) => all.map((name, id) => ({ id, name }));
    page.store.set({ project: { ...project, classes: names('bird', 'cat', 'dog') }, classId: 2 });
    await setFilter(page, { classId: 1 });
    program.api.project = async () => ({ ...project, classes: names('cat', 'dog') });
    await reloadProject(page);
    expect(page.store.get()).toMatchObject({ classId: 1, images: { filter: { classId: 0 } } });
    program.api.project = async () => ({ ...project, classes: names('dog') });
    await reloadProject(page);
    expect(page.store.get().classId).toBe(0);
    expect(page.store.get().images.filter).toEqual({});
  });
});

test('exports are named as the original named them', () => {
  const at = new Date(2026, 0, 31, 9, 5, 7);
  expect(exportName('voc', '', at)).toBe('voc_export_20260131_090507');
  expect(exportName('coco', 'json', at)).toBe('coco_export_20260131_090507.json');
  expect(exportName('coco', '.json', at)).toBe('coco_export_20260131_090507.json');
});

test('lengths of time, about', () => {
  const told = [0.2, 8.4, 240, 7800, 40_000, 400_000].map(duration);
  expect(told).toEqual(['1 s', '8 s', '4 min', '2 h 10 min', '11 h', '5 d']);
});
