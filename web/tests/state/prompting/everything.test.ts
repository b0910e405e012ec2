import { describe, expect, it } from 'vitest';
import { chooseTool, leaveTool } from '../../../src/state/editing/choosing-tools';
import { redoEdit, undoEdit } from '../../../src/state/editing/editing';
import { open } from '../../../src/state/images/navigation';
import {
  acceptAllSegments,
  acceptSegment,
  acceptSegmentAt,
  closeEverything,
  markNextSegment,
  offersSegments,
  onEverythingJob,
  putAwaySegment,
  restoreEverything,
  searches,
  startEverything,
  stopEverything,
  watchEverything,
} from '../../../src/state/prompting/everything';
import { reconnect } from '../../../src/state/session';
import type { Page } from '../../../src/state/page';
import type { Candidate, Job } from '../../../src/model/wire';
import { accept, canAccept } from '../../../src/state/prompting/accepting';
import { Problem } from '../../../src/model/problem';
import { FakeProgram, pageOn, settle } from '../fake-program';

function square(key: string, x: number, side: number): Candidate {
  const ring = [
    [x, 0],
    [x + side, 0],
    [x + side, side],
    [x, side],
  ] as const;
  const box = [x, 0, x + side, side] as const;
  return { score: 0.9, area: side * side, box, polygon: [{ outer: ring, holes: [] }], rle: key, logits_key: null };
}

const large = square('large', 0, 100);
const small = square('small', 10, 20);
const right = square('right', 200, 50);

async function searched(): Promise<{ page: Page; program: FakeProgram }> {
  const program = new FakeProgram(['a.jpg', 'b.jpg']);
  const page = pageOn(program);
  watchEverything(page);
  await open(page, 'a.jpg');
  page.store.set({ classId: 1, project: await program.api.project() });
  program.results.set(1, { segments: [large, right] });
  await startEverything(page);
  await settle();
  program.results.set(1, { segments: [large, right, small] });
  onEverythingJob(page, program.change(1, { state: 'done', done: 10 }));
  await settle();
  return { page, program };
}

const keys = (page: Page) => page.store.get().everything.segments.map(({ rle }) => rle);

describe('everything mode', () => {
  it('shows what is there while the job runs, and all of it at the end', async () => {
    const { page } = await searched();
    expect(keys(page)).toEqual(['large', 'right', 'small']);
    expect(page.store.get().everything.job?.state).toBe('done');
  });

  it('a click accepts the smallest segment under it with the chosen class, and it is offered no more', async () => {
    const { page, program } = await searched();
    expect(acceptSegmentAt(page, { x: 15, y: 10 })).toBe(true);
    await settle();
    expect(program.edits).toMatchObject([{ type: 'add', class_id: 1, rle: 'small', score: 0.9 }]);
    expect(keys(page)).toEqual(['large', 'right']);
    expect(acceptSegmentAt(page, { x: 180, y: 10 })).toBe(false);
    onEverythingJob(page, program.change(1, { message: 'again' })); // the program still has them all
    await settle();
    expect(keys(page)).toEqual(['large', 'right']);
  });

  it('comes back if the program refuses it', async () => {
    const { page, program } = await searched();
    program.api.edit = async () => {
      throw new Problem(507, 'about:blank', 'The disk is full', '');
    };
    expect(await acceptSegment(page, small)).toBe(false);
    expect(keys(page)).toContain('small');
  });

  it('is offered again when its annotation is taken back', async () => {
    const { page } = await searched();
    expect(await acceptSegment(page, small)).toBe(true);
    expect(keys(page)).toEqual(['large', 'right']);
    await undoEdit(page);
    await settle();
    expect(keys(page)).toEqual(['large', 'right', 'small']);
    await redoEdit(page);
    await settle();
    expect(keys(page)).toEqual(['large', 'right']);
  });

  it('adds all to the image it began on, also where that is left at once, with the class chosen then', async () => {
    const { page, program } = await searched();
    const { edit } = program.api;
    program.api.edit = async (...asked) => {
      await settle();
      return edit(...asked);
    };
    const all = acceptAllSegments(page);
    page.store.set({ classId: 0 });
    await open(page, 'b.jpg');
    await all;
    expect(program.picture('a.jpg').annotations.map(({ class_id }) => class_id)).toEqual([1, 1, 1]);
    expect(program.picture('b.jpg').annotations).toEqual([]);
    expect(page.store.get()).toMatchObject({ picture: { name: 'b.jpg' }, toasts: [] });
    expect(page.store.get().announcement).toContain('Image 2');
  });

  it('says how many of all were added where some are refused, and offers those again', async () => {
    const { page, program } = await searched();
    const { edit } = program.api;
    program.api.edit = async (name, request, signal) => {
      const isRight = request.edit.type === 'add' && request.edit.rle === 'right';
      if (isRight) throw new Problem(422, 'about:blank', 'Nothing of it is left', '');
      return edit(name, request, signal);
    };
    await acceptAllSegments(page);
    expect(program.picture('a.jpg').annotations).toHaveLength(2);
    expect(keys(page)).toEqual(['right']);
    expect(page.store.get().toasts).toMatchObject([{ kind: 'warning', title: '2 of 3 segments were added to a.jpg' }]);
  });

  it('is walked by key: the next one is marked after one was put away', async () => {
    const { page } = await searched();
    markNextSegment(page, 1);
    expect(page.store.get().everything.hovered).toBe(large);
    putAwaySegment(page);
    expect(keys(page)).toEqual(['right', 'small']);
    expect(page.store.get().everything.hovered).toBe(right);
    markNextSegment(page, -1);
    expect(page.store.get().everything.hovered).toBe(small);
  });

  it('is walked while the search goes on: what it finds since does not take the mark away', async () => {
    const program = new FakeProgram(['a.jpg']);
    const page = pageOn(program);
    watchEverything(page);
    await open(page, 'a.jpg');
    page.store.set({ classId: 1 });
    await startEverything(page);
    const finds = async (segments: readonly Candidate[], change: Partial<Job>) => {
      program.results.set(1, JSON.parse(JSON.stringify({ segments })));
      onEverythingJob(page, program.change(1, change));
      await settle();
    };
    await finds([large, right], { done: 2 });
    markNextSegment(page, 1);
    markNextSegment(page, 1);
    expect(page.store.get().announcement).toMatch(/^Segment 2 of 2, 2,500 px/);
    await finds([small, large, right], { done: 4 });
    expect(page.store.get().everything.hovered?.rle).toBe('right');
    await finds([small, large, square('a better right', 198, 52)], { done: 5 });
    expect(page.store.get().everything.hovered?.rle).toBe('a better right');
    await finds([small, large, right], { done: 6 });
    expect(canAccept(page.store.get())).toBe(true);
    accept(page);
    await settle();
    expect(program.edits).toMatchObject([{ type: 'add', rle: 'right' }]);
    expect(page.store.get().announcement).toMatch(/Segment 2 of 2, 10.0 k px/);
    await finds([small, large, right], { done: 10, state: 'done' });
    expect(page.store.get().announcement).toContain('ended: 2 segments');
    expect(page.store.get().everything).toMatchObject({ found: 3, segments: [{ rle: 'small' }, { rle: 'large' }] });
    page.store.set({ announcement: '' });
    onEverythingJob(page, program.change(1, { message: 'again' }));
    await settle();
    expect(page.store.get().announcement).toBe('');
  });

  it('steps back for a tool by hand, and is there again after it', async () => {
    const { page } = await searched();
    chooseTool(page, 'brush');
    expect([searches(page.store.get()), offersSegments(page.store.get())]).toEqual([false, false]);
    expect(acceptSegmentAt(page, { x: 15, y: 10 })).toBe(false);
    leaveTool(page);
    expect([searches(page.store.get()), offersSegments(page.store.get())]).toEqual([true, true]);
  });

  it('belongs to its picture, and is there again on coming back', async () => {
    const { page } = await searched();
    await acceptSegment(page, large);
    await open(page, 'b.jpg');
    expect(page.store.get().everything.job).toBeNull();
    await open(page, 'a.jpg');
    await settle();
    expect(keys(page)).toEqual(['right', 'small']);
  });

  it('is found again after a reload', async () => {
    const { program } = await searched();
    const page = pageOn(program);
    watchEverything(page);
    await open(page, 'a.jpg');
    restoreEverything(page, await program.api.jobs());
    await settle();
    expect(keys(page)).toEqual(['large', 'right', 'small']);
  });

  const ended = 'The search ended: the program was started again';
  const unknown = async () => {
    throw new Problem(404, 'about:blank', 'No such job', 'there is no job 1');
  };

  // A search that has found something when the program is started again: it knows of no job.
  async function cutShort(): Promise<{ page: Page; program: FakeProgram }> {
    const { page, program } = await searched();
    await open(page, 'b.jpg');
    program.results.set(2, { segments: [small] });
    await startEverything(page);
    onEverythingJob(page, program.change(2, { done: 3 }));
    await settle();
    program.api.jobs = async () => [];
    program.api.cancelJob = unknown;
    program.api.jobResult = unknown;
    return { page, program };
  }

  async function beginsAnew(page: Page, program: FakeProgram): Promise<void> {
    program.api.jobResult = async <T>() => ({ segments: [right] }) as T;
    await startEverything(page);
    await settle();
    onEverythingJob(page, program.change(3, { state: 'done', done: 10 }));
    await settle();
    expect(keys(page)).toEqual(['right']);
  }

  it('ends when the program is started again, with what was found, and another search begins at once', async () => {
    const { page, program } = await cutShort();
    await reconnect(page, () => undefined);
    expect(page.store.get().everything.job).toMatchObject({ state: 'failed', message: ended });
    expect(page.store.get().toasts.filter(({ title }) => title === ended)).toHaveLength(1);
    expect(keys(page)).toEqual(['small']);
    expect(await acceptSegment(page, small)).toBe(true);
    await beginsAnew(page, program);
  });

  it('what the program lost is not asked for on coming back to its image', async () => {
    const { page } = await cutShort();
    restoreEverything(page, []);
    const toasts = page.store.get().toasts.length;
    await open(page, 'a.jpg');
    await settle();
    expect(page.store.get().everything.job).toBeNull();
    expect(page.store.get().toasts).toHaveLength(toasts);
  });

  it('stopping a search that the program lost ends it, too', async () => {
    const { page, program } = await cutShort();
    stopEverything(page);
    await settle();
    expect(page.store.get().toasts).toMatchObject([{ title: ended }]);
    await beginsAnew(page, program);
  });

  it('closing it says nothing of a search that the program lost', async () => {
    const { page, program } = await cutShort();
    closeEverything(page);
    await settle();
    expect(page.store.get()).toMatchObject({ everything: { job: null }, toasts: [] });
    await beginsAnew(page, program);
  });

  it('goes on when the same program answers again', async () => {
    const { page, program } = await searched();
    await open(page, 'b.jpg');
    program.results.set(2, { segments: [small] });
    await startEverything(page);
    program.change(2, { state: 'done', done: 10 });
    await reconnect(page, () => undefined);
    await settle();
    expect(page.store.get().everything.job?.state).toBe('done');
    expect(keys(page)).toEqual(['small']);
  });

  it('closing it stops a running search and has the program forget it', async () => {
    const program = new FakeProgram(['a.jpg']);
    const page = pageOn(program);
    await open(page, 'a.jpg');
    program.results.set(1, { segments: [] });
    await startEverything(page);
    closeEverything(page);
    await settle();
    expect(program.jobs[0]!.state).toBe('cancelled');
    expect(program.removed).toEqual([]);
    onEverythingJob(page, program.jobs[0]!);
    expect(program.removed).toEqual([1]);
    expect(page.store.get().everything.job).toBeNull();
  });
});
