import { beforeEach, describe, expect, test } from 'vitest';
import { isEnabled } from '../../../src/input/action';
import { actionOf } from '../../../src/input/actions';
import { placeNow } from '../../../src/input/place';
import { Problem } from '../../../src/model/problem';
import type { Annotation, ImageFilter, Review } from '../../../src/model/wire';
import { edit, onChanged } from '../../../src/state/editing/editing';
import { loadPage } from '../../../src/state/images/image-list';
import { open } from '../../../src/state/images/navigation';
import type { Page } from '../../../src/state/page';
import { drawBox, hasPrompt, watchReprompting } from '../../../src/state/prompting/prompting';
import { select } from '../../../src/state/editing/selecting';
import { stopSweep, sweep } from '../../../src/state/review/sweeping';
import { acceptAbove, giveNote, startWalk, stopFixing, walkOf, watchWalk } from '../../../src/state/review/walking';
import { candidate, FakeProgram, pageOn, settle } from '../fake-program';

let program: FakeProgram;
let page: Page;

const names = ['a.jpg', 'b.jpg', 'c.jpg'];
const picture = () => page.store.get().picture!;
const walk = () => walkOf(page.store.get());
const at = () => walk()?.at ?? null;
const reviewOf = (name: string, id: number) => program.picture(name).annotations.find((item) => item.id === id)?.review;

function put(name: string, objects: readonly (readonly [id: number, score: number, review: Review])[]): void {
  const made = objects.map(
    ([id, score, review]): Annotation => ({
      id,
      class_id: 0,
      polygon: [],
      area: 100,
      box: [10, 10, 60, 60],
      score,
      review,
      prompt: {},
    }),
  );
  program.kept(name).steps = [made];
}

function passes(name: string, { states = [] }: ImageFilter): boolean {
  const { annotations, reviewed } = program.picture(name);
  const has = (review: Review) => annotations.some((item) => item.review === review);
  return states.some((state) => {
    if (state === 'proposed') return has('proposed');
    if (state === 'rejected') return has('rejected');
    return state === 'unreviewed' && annotations.length > 0 && !reviewed;
  });
}

// The list of the program with its filters.
function filters(): void {
  const { images } = program.api;
  program.api.images = async (offset, limit, filter) => {
    if (filter?.states === undefined) return images(offset, limit);
    const all = (await images(0, 1000)).images.filter(({ name }) => passes(name, filter));
    return { total: all.length, all: names.length, offset, images: all.slice(offset, offset + limit) };
  };
  program.api.nextImage = async (from, step, filter) => {
    const { images: entries } = await images(0, 1000);
    const fits = entries.filter(({ position, name }) => (position - from) * step > 0 && passes(name, filter));
    return (step > 0 ? fits[0] : fits.at(-1)) ?? null;
  };
}

const press = async (id: string) => {
  const action = actionOf(id);
  expect(isEnabled(action, page.store.get())).toBe(true);
  action.run(page, action.keys[0]!);
  await settle();
  await settle();
};

async function begin(kind: 'proposals' | 'review' | 'mend'): Promise<void> {
  await loadPage(page, 0);
  await open(page, 'a.jpg');
  startWalk(page, kind);
  await settle();
}

beforeEach(async () => {
  program = new FakeProgram(names);
  filters();
  page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 0 });
  watchReprompting(page);
  watchWalk(page);
});

describe('the walk through proposals', () => {
  beforeEach(() => {
    put('a.jpg', [
      [1, 0.9, 'proposed'],
      [2, 0.2, 'proposed'],
      [3, 0, ''],
      [4, 0.5, 'proposed'],
    ]);
    put('c.jpg', [[5, 0.7, 'proposed']]);
  });

  test('goes from the least certain to the most certain, then to the next image that has some', async () => {
    await begin('proposals');
    expect(at()).toBe(2);
    await press('walk-accept');
    expect(at()).toBe(4);
    expect(page.store.get().selection).toEqual(new Set([4]));
    await press('walk-reject');
    expect(at()).toBe(1);
    await press('walk-accept');
    expect(picture().name).toBe('c.jpg');
    expect(at()).toBe(5);
    expect(program.edits).toEqual([
      { type: 'review', ids: [2], review: 'accepted' },
      { type: 'delete', ids: [4] },
      { type: 'review', ids: [1], review: 'accepted' },
    ]);
    await press('walk-accept');
    expect(walk()).toBeNull();
    expect(page.store.get().toasts).toMatchObject([{ kind: 'info' }]);
  });

  test('skipping leaves a proposal as it is; one can go back to it', async () => {
    await begin('proposals');
    await press('walk-next');
    expect(at()).toBe(4);
    await press('walk-previous');
    expect(at()).toBe(2);
    await press('walk-next');
    await press('walk-accept');
    await press('walk-accept');
    expect(picture().name).toBe('c.jpg');
    expect(reviewOf('a.jpg', 2)).toBe('proposed');
  });

  test('undo brings a rejected proposal back, and the walk returns to it', async () => {
    await begin('proposals');
    await press('walk-reject');
    expect(at()).toBe(4);
    expect(picture().annotations).toHaveLength(3);
    await press('walk-undo');
    expect(picture().annotations).toHaveLength(4);
    expect(at()).toBe(2);
    expect(walk()!.decided).toBe(0);
  });

  test('undo goes back to the image of the last decision', async () => {
    await begin('proposals');
    for (let i = 0; i < 3; ++i) await press('walk-reject');
    expect(picture().name).toBe('c.jpg');
    await press('walk-undo');
    expect(picture().name).toBe('a.jpg');
    expect(at()).toBe(1);
    await press('walk-undo');
    expect(at()).toBe(4);
  });

  test('undo does not take back what was done on that image since', async () => {
    await begin('proposals');
    for (let i = 0; i < 3; ++i) await press('walk-accept');
    program.apply('a.jpg', { type: 'add', class_id: 0, rle: 'x' });
    await press('walk-undo');
    expect(picture().name).toBe('a.jpg');
    expect(picture().annotations).toHaveLength(5);
    expect(page.store.get().toasts.at(-1)!.title).toMatch(/changed since/);
  });

  test('a decision that cannot be stored brings the walk back to it', async () => {
    await begin('proposals');
    const { edit } = program.api;
    program.api.edit = async () => {
      throw new Problem(507, 'about:blank', 'The disk is full', '');
    };
    await press('walk-accept');
    expect(at()).toBe(2);
    expect(walk()).toMatchObject({ decided: 0, decisions: [] });
    program.api.edit = edit;
    await press('walk-accept');
    expect(reviewOf('a.jpg', 2)).toBe('accepted');
  });

  test('quick keys decide one each, none twice', async () => {
    await begin('proposals');
    for (let i = 0; i < 3; ++i) actionOf('walk-accept').run(page, 'Enter');
    for (let i = 0; i < 4; ++i) await settle();
    expect(program.edits.map((edit) => ('ids' in edit ? edit.ids : []))).toEqual([[2], [4], [1]]);
    expect(picture().name).toBe('c.jpg');
  });

  test('starting where none are goes to the first image that has some', async () => {
    put('a.jpg', [[3, 0, '']]);
    await begin('proposals');
    await settle();
    expect(picture().name).toBe('c.jpg');
    expect(at()).toBe(5);
  });

  test('all above a score become one edit', async () => {
    await begin('proposals');
    await acceptAbove(page, 0.5);
    await settle();
    expect(program.edits).toEqual([{ type: 'review', ids: [1, 4], review: 'accepted' }]);
    expect(at()).toBe(2);
  });

  test('a fix gives the keys back; a mask made anew counts as decided', async () => {
    await begin('proposals');
    await press('walk-fix');
    expect(placeNow(page.store.get())).toBe('main');
    expect(page.store.get().reprompting).toBe(2);
    program.asked.at(-1)!.answer([candidate('k')]);
    await settle();
    await press('add');
    expect(program.edits).toMatchObject([{ type: 'set_mask', id: 2 }]);
    expect(walk()!.fixing).toBeNull();
    expect(at()).toBe(4);
  });

  test.each([[['walk-fix']], [['walk-fix', 'clear-prompt']]])('what is deleted after %s is decided: the walk goes on, and undo comes back', async (keys) => {
    await begin('proposals');
    for (const key of keys) await press(key);
    await press('delete');
    expect(program.edits).toEqual([{ type: 'delete', ids: [2] }]);
    expect(walk()).toMatchObject({ at: 4, fixing: null, decided: 1 });
    expect(hasPrompt(page.store.get())).toBe(false);
    expect(placeNow(page.store.get())).toBe('review');
    await press('walk-undo');
    expect(walk()).toMatchObject({ at: 2, decided: 0 });
    for (let i = 0; i < 3; ++i) await press('walk-accept');
    expect(picture().name).toBe('c.jpg');
  });

  test('what another window deletes while it is fixed ends the fixing, and is no decision of ours', async () => {
    await begin('proposals');
    await press('walk-fix');
    program.apply('a.jpg', { type: 'delete', ids: [2] });
    onChanged(page, { name: 'a.jpg', revision: program.picture('a.jpg').revision, window: 'other' });
    await settle();
    expect(walk()).toMatchObject({ at: 4, fixing: null, decided: 0, decisions: [] });
    expect(placeNow(page.store.get())).toBe('review');
  });

  test('Esc leads out of a fix step by step: the prompt, the tool, the fixing, the walk', async () => {
    await begin('proposals');
    await press('walk-fix');
    expect(hasPrompt(page.store.get())).toBe(true);
    await press('clear-prompt');
    expect(hasPrompt(page.store.get())).toBe(false);
    await press('brush');
    await press('clear-prompt');
    expect(page.store.get().mode).toBe('box');
    expect([walk()!.fixing !== null, placeNow(page.store.get())]).toEqual([true, 'main']);
    await press('clear-prompt');
    expect(walk()).toMatchObject({ at: 2, fixing: null });
    expect(placeNow(page.store.get())).toBe('review');
    await press('walk-reject');
    expect(at()).toBe(4);
    await press('walk-close');
    expect(walk()).toBeNull();
  });

  test('leaving a fix that changed the object leaves it to be decided; one that decided it goes on', async () => {
    await begin('proposals');
    await press('walk-fix');
    await press('clear-prompt');
    await edit(page, { type: 'paint', id: 2, points: [[20, 20]], radius: 5 }, '');
    stopFixing(page);
    expect(walk()).toMatchObject({ at: 2, fixing: null, decided: 0 });
    await press('walk-fix');
    await press('clear-prompt');
    await edit(page, { type: 'review', ids: [2], review: 'accepted' }, '');
    stopFixing(page);
    await settle();
    expect(walk()).toMatchObject({ at: 4, fixing: null });
  });

  test('a click on another proposal takes the walk there', async () => {
    await begin('proposals');
    select(page, 1, false);
    expect(at()).toBe(1);
    select(page, 3, false);
    expect(at()).toBe(1);
  });
});

describe('the review', () => {
  beforeEach(() => {
    put('a.jpg', [
      [1, 0, ''],
      [2, 0, 'accepted'],
      [3, 0, ''],
    ]);
    put('b.jpg', [[4, 0, '']]);
  });

  test('marks the image when all are decided, and goes on to the next that is not reviewed', async () => {
    await begin('review');
    expect(at()).toBe(1);
    await press('walk-accept');
    expect(at()).toBe(3);
    await press('walk-reject');
    expect(walk()!.asking).toBe('reject');
    await giveNote(page, ' too loose ');
    await settle();
    expect(program.edits).toEqual([
      { type: 'review', ids: [1], review: 'accepted' },
      { type: 'review', ids: [3], review: 'rejected', note: 'too loose' },
      { type: 'mark', reviewed: true },
    ]);
    expect(picture().name).toBe('b.jpg');
    expect(page.store.get().review.notes).toEqual(['too loose']);
    expect(at()).toBe(4);
  });

  test('steps pass what is decided too, and leave the image unmarked', async () => {
    await begin('review');
    await press('walk-next');
    expect(at()).toBe(2);
    await press('walk-next');
    await press('walk-next');
    expect(picture().name).toBe('b.jpg');
    expect(program.picture('a.jpg').reviewed).toBe(false);
    await press('walk-previous');
    expect(picture().name).toBe('a.jpg');
  });

  test('what was skipped is come back to before the image counts as reviewed', async () => {
    await begin('review');
    await press('walk-next');
    await press('walk-next');
    await press('walk-accept');
    expect(at()).toBe(1);
    expect(program.picture('a.jpg').reviewed).toBe(false);
  });

  test('accepting the rest is one edit, and the image is reviewed', async () => {
    await begin('review');
    await press('walk-rest');
    expect(program.edits).toEqual([
      { type: 'review', ids: [1, 3], review: 'accepted' },
      { type: 'mark', reviewed: true },
    ]);
    expect(picture().name).toBe('b.jpg');
  });

  test('undo after the image was marked takes the mark away too', async () => {
    await begin('review');
    await press('walk-rest');
    await press('walk-undo');
    expect(picture().name).toBe('a.jpg');
    expect(at()).toBe(1);
    expect(program.picture('a.jpg').reviewed).toBe(false);
    expect(reviewOf('a.jpg', 3)).toBe('');
  });

  test('a note alone decides nothing', async () => {
    await begin('review');
    await press('walk-note');
    await giveNote(page, 'look again');
    await settle();
    expect(at()).toBe(1);
    expect(program.edits).toEqual([{ type: 'review', ids: [1], review: '', note: 'look again' }]);
  });

  test('begins at the first image with something to review, and marks none that nobody has worked on', async () => {
    put('a.jpg', []);
    await begin('review');
    expect(picture().name).toBe('b.jpg');
    expect(at()).toBe(4);
    expect(program.edits).toEqual([]);
  });

  test('does not begin where nothing is to be reviewed, and says so', async () => {
    put('a.jpg', []);
    put('b.jpg', []);
    await begin('review');
    expect(walk()).toBeNull();
    expect(page.store.get().toasts.map(({ title }) => title)).toEqual(['No other image waits for a review']);
  });

  test('begins at an image that was looked at and is empty', async () => {
    put('a.jpg', []);
    const { images } = program.api;
    program.api.images = async (...asked) => {
      const answer = await images(...asked);
      return { ...answer, images: answer.images.map((entry) => (entry.name === 'a.jpg' ? { ...entry, state: 'labelled' } : entry)) };
    };
    await begin('review');
    expect(picture().name).toBe('a.jpg');
    expect(walk()?.kind).toBe('review');
  });

  test('an unfinished prompt has its keys back', async () => {
    await begin('review');
    expect(placeNow(page.store.get())).toBe('review');
    drawBox(page, [0, 0, 5, 5]);
    expect(placeNow(page.store.get())).toBe('main');
  });
});

test('what was rejected can be mended: accepted again for the next review, or deleted', async () => {
  put('a.jpg', [
    [1, 0, 'rejected'],
    [2, 0, 'rejected'],
    [3, 0, ''],
  ]);
  await begin('mend');
  expect(at()).toBe(1);
  await press('walk-accept');
  expect(reviewOf('a.jpg', 1)).toBe('');
  await press('walk-reject');
  expect(picture().annotations.map(({ id }) => id)).toEqual([1, 3]);
  expect(walk()).toBeNull();
});

test('proposals above a score are accepted on all images; what changed meanwhile is passed over', async () => {
  put('a.jpg', [
    [1, 0.9, 'proposed'],
    [2, 0.4, 'proposed'],
  ]);
  put('b.jpg', [[3, 0.95, 'proposed']]);
  put('c.jpg', [
    [4, 0.85, 'proposed'],
    [5, 0.99, ''],
  ]);
  await begin('review');
  const { picture: ask } = program.api;
  program.api.picture = async (name) => {
    const answer = await ask(name);
    if (name === 'b.jpg') program.apply('b.jpg', { type: 'add', class_id: 0, rle: 'theirs' });
    return answer;
  };
  await sweep(page, 0.8);
  expect([1, 2].map((id) => reviewOf('a.jpg', id))).toEqual(['accepted', 'proposed']);
  expect(picture().annotations[0]!.review).toBe('accepted');
  expect(reviewOf('b.jpg', 3)).toBe('proposed');
  expect([4, 5].map((id) => reviewOf('c.jpg', id))).toEqual(['accepted', '']);
  expect(page.store.get().review.sweep).toEqual({ running: false, images: 3, of: 3, accepted: 2, passedOver: 1 });
});

test('a sweep over all images can be stopped between two', async () => {
  for (const [i, name] of names.entries()) put(name, [[i + 1, 0.9, 'proposed']]);
  await begin('proposals');
  const { nextImage } = program.api;
  program.api.nextImage = async (...asked) => {
    stopSweep(page);
    return nextImage(...asked);
  };
  await sweep(page, 0.5);
  expect(names.map((name, i) => reviewOf(name, i + 1))).toEqual(['accepted', 'proposed', 'proposed']);
  expect(page.store.get().review.sweep).toMatchObject({ running: false, images: 1 });
});
