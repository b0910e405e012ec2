import { beforeEach, describe, expect, test } from 'vitest';
import { isEnabled } from '../../../src/input/action';
import { actionOf } from '../../../src/input/actions';
import { Problem, unreachable } from '../../../src/model/problem';
import { emptyHistory } from '../../../src/model/prompt';
import { addMask, clearAll, deleteSelected, onChanged, undoEdit } from '../../../src/state/editing/editing';
import { open } from '../../../src/state/images/navigation';
import type { Page } from '../../../src/state/page';
import {
  clearPrompt,
  cycleCandidate,
  drawBox,
  preview,
  repromptSelected,
  retryPrompt,
  setPoint,
  takeBackPrompt,
  watchReprompting,
} from '../../../src/state/prompting/prompting';
import { select } from '../../../src/state/editing/selecting';
import { reconnect } from '../../../src/state/session';
import { candidate, FakeProgram, pageOn, settle } from '../fake-program';

let program: FakeProgram;
let page: Page;

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 0 });
  await open(page, 'a.jpg');
});

describe('prompting', () => {
  test('a new prompt stops the request before it, and a late answer is not shown', async () => {
    drawBox(page, [0, 0, 10, 10]);
    drawBox(page, [5, 5, 20, 20]);
    expect(program.asked[0]!.signal.aborted).toBe(true);
    program.asked[1]!.answer([candidate('new')]);
    program.asked[0]!.answer([candidate('old')]);
    await settle();
    expect(preview(page.store.get())?.logits_key).toBe('new');
    expect(page.store.get().segmenting).toBeNull();
  });

  test('a further point takes the mask on screen along, a box does not', async () => {
    drawBox(page, [0, 0, 10, 10]);
    program.asked[0]!.answer([candidate('k1'), candidate('k2')]);
    await settle();
    cycleCandidate(page, 1);
    setPoint(page, 3, 4, false);
    expect(program.asked[1]!.request).toMatchObject({
      boxes: [[0, 0, 10, 10]],
      mask_input: 'k2',
      points: [{ x: 3, y: 4, foreground: false }],
    });
    drawBox(page, [1, 1, 9, 9]);
    expect(program.asked[2]!.request).toMatchObject({ mask_input: null, points: [] });
  });

  test('a predictor without mask input never gets one', async () => {
    page.store.set({
      project: {
        ...page.store.get().project!,
        predictor: { ...page.store.get().project!.predictor, takes_mask_input: false },
      },
    });
    setPoint(page, 1, 1, true);
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    setPoint(page, 2, 2, true);
    expect(program.asked[1]!.request.mask_input).toBeNull();
  });

  test('a stale mask input is left out the second time', async () => {
    setPoint(page, 1, 1, true);
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    setPoint(page, 2, 2, true);
    program.asked[1]!.refuse(new Problem(409, '/problems/stale-mask-input', 'Stale', ''));
    await settle();
    expect(program.asked[2]!.request).toMatchObject({ mask_input: null, points: [{ x: 1 }, { x: 2 }] });
    program.asked[2]!.answer([candidate('k3')]);
    await settle();
    expect(preview(page.store.get())?.logits_key).toBe('k3');
    expect(page.store.get().toasts).toEqual([]);
  });

  test('an error is told and leaves no mask; clearing stops the request silently', async () => {
    setPoint(page, 1, 1, true);
    program.asked[0]!.refuse(new Problem(503, 'about:blank', 'Out of memory', 'Use a smaller model.'));
    await settle();
    expect(page.store.get().promptError).toMatchObject({ title: 'Out of memory' });
    expect(page.store.get().announcement).toBe('The mask could not be computed: Out of memory. Use a smaller model.');
    expect(preview(page.store.get())).toBeNull();
    setPoint(page, 2, 2, true);
    expect(page.store.get().promptError).toBeNull();
    clearPrompt(page);
    await settle();
    expect(page.store.get().promptError).toBeNull();
    expect(page.store.get().toasts).toEqual([]);
    expect(page.store.get().segmenting).toBeNull();
  });

  test('a failed prompt is tried again by the person, and once when the connection is back', async () => {
    setPoint(page, 1, 1, true);
    program.asked[0]!.refuse(unreachable);
    await settle();
    const add = actionOf('add');
    expect(isEnabled(add, page.store.get())).toBe(true);
    add.run(page, 'Enter');
    expect(program.asked[1]!.request).toEqual(program.asked[0]!.request);
    expect(page.store.get().promptError).toBeNull();
    program.asked[1]!.refuse(unreachable);
    await settle();
    await reconnect(page, () => undefined);
    expect(program.asked).toHaveLength(3);
    program.asked[2]!.refuse(unreachable);
    await settle();
    expect(page.store.get().promptError).toBe(unreachable);
    expect(program.asked).toHaveLength(3);
    retryPrompt(page);
    program.asked[3]!.answer([candidate('k1')]);
    await settle();
    expect(preview(page.store.get())?.logits_key).toBe('k1');
    expect(page.store.get().promptError).toBeNull();
    await reconnect(page, () => undefined);
    expect(program.asked).toHaveLength(4);
  });

  test('a selected annotation is prompted again with its own prompt, and its mask replaced', async () => {
    const made = { boxes: [[1, 2, 30, 40] as const], points: [{ x: 5, y: 6, foreground: false }] };
    program.apply('a.jpg', { type: 'add', class_id: 1, rle: 'r', score: 0.5, prompt: made });
    await open(page, 'b.jpg');
    await open(page, 'a.jpg');
    select(page, page.store.get().picture!.annotations[0]!.id, false);
    repromptSelected(page);
    expect(program.asked[0]!.request).toMatchObject({ boxes: made.boxes, points: made.points });
    expect(page.store.get().classId).toBe(1);
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    setPoint(page, 7, 8, true);
    program.asked[1]!.answer([candidate('k2', 0.7)]);
    await settle();
    expect(await addMask(page)).toBe(true);
    const points = [...made.points, { x: 7, y: 8, foreground: true }];
    const prompt = { boxes: made.boxes, points };
    expect(program.edits).toEqual([{ type: 'set_mask', id: 1, rle: 'rle-k2', score: 0.7, prompt }]);
    expect(page.store.get().reprompting).toBeNull();
  });

  test('one without a prompt is prompted with its box; Esc leaves it as it was', async () => {
    program.apply('a.jpg', { type: 'add', class_id: 0, rle: 'r' });
    await open(page, 'b.jpg');
    await open(page, 'a.jpg');
    select(page, page.store.get().picture!.annotations[0]!.id, false);
    repromptSelected(page);
    expect(program.asked[0]!.request.boxes).toEqual([[0, 0, 10, 10]]);
    clearPrompt(page);
    expect(page.store.get().reprompting).toBeNull();
    expect(program.edits).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    ['deleting it', () => deleteSelected(page)],
    ['undo', () => undoEdit(page)],
    ['clearing the image', () => clearAll(page)],
    [
      'another window',
      () => {
        program.apply('a.jpg', { type: 'clear' });
        onChanged(page, { name: 'a.jpg', revision: program.picture('a.jpg').revision, window: 'other' });
      },
    ],
  ])('prompting an annotation again ends with it: %s', async (_, remove) => {
    watchReprompting(page);
    program.apply('a.jpg', { type: 'add', class_id: 0, rle: 'r' });
    await open(page, 'b.jpg');
    await open(page, 'a.jpg');
    select(page, page.store.get().picture!.annotations[0]!.id, false);
    repromptSelected(page);
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    expect(preview(page.store.get())).not.toBeNull();
    remove();
    await settle();
    expect(page.store.get()).toMatchObject({ reprompting: null, prompt: emptyHistory, picture: { annotations: [] } });
    expect(preview(page.store.get())).toBeNull();
  });

  test('a number key chooses a candidate while there are several, a class otherwise', async () => {
    page.store.set({ project: await program.api.project() });
    const number = actionOf('class-number');
    setPoint(page, 1, 1, true);
    program.asked[0]!.answer([candidate('k1', 0.9), candidate('k2', 0.8)]);
    await settle();
    number.run(page, '2');
    expect(preview(page.store.get())?.logits_key).toBe('k2');
    clearPrompt(page);
    number.run(page, '2');
    expect(page.store.get().classId).toBe(1);
  });

  test('taking back the first step leaves nothing on offer', async () => {
    setPoint(page, 1, 1, true);
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    takeBackPrompt(page);
    expect(preview(page.store.get())).toBeNull();
    expect(page.store.get().prompt.present.points).toEqual([]);
  });
});
