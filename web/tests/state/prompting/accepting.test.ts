import { beforeEach, describe, expect, test } from 'vitest';
import { actionOf } from '../../../src/input/actions';
import { open, go } from '../../../src/state/images/navigation';
import type { Page } from '../../../src/state/page';
import { accept, watchAccepting } from '../../../src/state/prompting/accepting';
import { drawBox, hasPrompt, repromptSelected, setPoint, takeBackPrompt } from '../../../src/state/prompting/prompting';
import { select } from '../../../src/state/editing/selecting';
import { chooseTool } from '../../../src/state/editing/choosing-tools';
import { Problem } from '../../../src/model/problem';
import { candidate, FakeProgram, pageOn, settle } from '../fake-program';

let program: FakeProgram;
let page: Page;

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  page = pageOn(program);
  watchAccepting(page);
  page.store.set({ project: await program.api.project(), classId: 0 });
  await open(page, 'a.jpg');
});

const added = () => program.edits.map((edit) => ('rle' in edit ? edit.rle : edit.type));

describe('accepting before the mask is there', () => {
  test('adds it when it comes', async () => {
    drawBox(page, [0, 0, 10, 10]);
    accept(page);
    expect(added()).toEqual([]);
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    expect(added()).toEqual(['rle-k1']);
    expect(hasPrompt(page.store.get())).toBe(false);
  });

  test('what is done meanwhile is for the next object, in order', async () => {
    setPoint(page, 1, 1, true);
    accept(page);
    setPoint(page, 50, 50, true);
    accept(page);
    setPoint(page, 90, 90, true);
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    expect(program.asked).toHaveLength(2);
    expect(program.asked[1]!.request).toMatchObject({ points: [{ x: 50, y: 50 }] });
    program.asked[1]!.answer([candidate('k2')]);
    await settle();
    expect(program.asked[2]!.request).toMatchObject({ points: [{ x: 90, y: 90 }] });
    program.asked[2]!.answer([candidate('k3')]);
    await settle();
    expect(added()).toEqual(['rle-k1', 'rle-k2']);
    expect(hasPrompt(page.store.get())).toBe(true);
  });

  test('the class is the one chosen when it was accepted', async () => {
    drawBox(page, [0, 0, 10, 10]);
    accept(page);
    page.store.set({ classId: 1 });
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    expect(program.edits).toMatchObject([{ type: 'add', class_id: 0 }]);
  });

  test('the next image waits for it', async () => {
    drawBox(page, [0, 0, 10, 10]);
    accept(page);
    go(page, 1);
    await settle();
    expect(page.store.get()).toMatchObject({ picture: { name: 'a.jpg' }, dialog: null });
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    expect(added()).toEqual(['rle-k1']);
    expect(page.store.get().dialog).toBeNull();
    expect(page.store.get().picture?.name).toBe('b.jpg');
  });

  test('is off again after a change of the prompt, and where no mask comes nothing is done', async () => {
    setPoint(page, 1, 1, true);
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    setPoint(page, 2, 2, true);
    accept(page);
    takeBackPrompt(page);
    program.asked[2]!.answer([candidate('k2')]);
    await settle();
    expect(added()).toEqual([]);
    setPoint(page, 3, 3, true);
    accept(page);
    setPoint(page, 60, 60, true);
    program.asked[3]!.refuse(new Problem(500, 'about:blank', 'No', ''));
    await settle();
    expect(added()).toEqual([]);
    expect(page.store.get()).toMatchObject({ accepting: null, promptError: { title: 'No' } });
    expect(program.asked).toHaveLength(4);
  });
});

describe('undo', () => {
  const undo = () => actionOf('undo').run(page, 'z');

  test('right after taking a prompt up again only leaves it', async () => {
    program.apply('a.jpg', { type: 'add', class_id: 1, rle: 'r', score: 0.5, prompt: { boxes: [[1, 2, 30, 40]] } });
    await open(page, 'b.jpg');
    await open(page, 'a.jpg');
    select(page, page.store.get().picture!.annotations[0]!.id, false);
    repromptSelected(page);
    undo();
    await settle();
    expect(program.edits).toEqual([]);
    expect(page.store.get()).toMatchObject({ reprompting: null, picture: { annotations: [{ class_id: 1 }] } });
  });

  test('with a tool by hand takes back what that did, not the prompt that waits', async () => {
    program.apply('a.jpg', { type: 'add', class_id: 1, rle: 'r', score: 0.5 });
    await open(page, 'b.jpg');
    await open(page, 'a.jpg');
    drawBox(page, [0, 0, 10, 10]);
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    chooseTool(page, 'brush');
    undo();
    await settle();
    expect(program.edits).toEqual([{ type: 'undo' }]);
    expect(hasPrompt(page.store.get())).toBe(true);
  });
});
