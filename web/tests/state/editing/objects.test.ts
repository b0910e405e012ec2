import { beforeEach, describe, expect, test } from 'vitest';
import { actionOf } from '../../../src/input/actions';
import { isEnabled } from '../../../src/input/action';
import type { Edit } from '../../../src/model/wire';
import { leaveTool, switchTool } from '../../../src/state/editing/choosing-tools';
import { answer, ask, setAmount } from '../../../src/state/editing/objects';
import { open } from '../../../src/state/images/navigation';
import type { Page } from '../../../src/state/page';
import { watchReshaping } from '../../../src/state/editing/reshaping';
import { drawBox } from '../../../src/state/prompting/prompting';
import { FakeProgram, pageOn, settle, square } from '../fake-program';

let program: FakeProgram;
let page: Page;

const selection = () => [...page.store.get().selection];
const press = async (id: string) => {
  const action = actionOf(id);
  if (isEnabled(action, page.store.get())) action.run(page, action.keys[0]!);
  await settle();
};

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  for (const x of [50, 150, 250]) program.apply('a.jpg', { type: 'add', class_id: 1, polygon: [square(x, 100, 30)] });
  program.apply('b.jpg', { type: 'add', class_id: 0, polygon: [square(10, 10, 5)] });
  page = pageOn(program);
  watchReshaping(page);
  page.store.set({ project: await program.api.project(), classId: 0 });
  await open(page, 'a.jpg');
});

describe('selected objects', () => {
  test('merge goes into the one selected first, subtract takes from the one selected last', async () => {
    page.store.set({ selection: new Set([3, 1]) });
    await press('subtract');
    expect(program.edits).toEqual([{ type: 'subtract', id: 1, ids: [3] }]);
    await press('merge');
    expect(program.edits[1]).toEqual({ type: 'merge', ids: [3, 1] });
    expect(selection()).toEqual([3]);
  });

  test('what needs two does nothing with one, and nothing at all without any', async () => {
    const both = ['merge', 'subtract'];
    const any = ['fill-holes', 'drop-specks', 'simplify', 'copy-next', 'to-front', 'to-back', 'forward', 'backward'];
    for (const id of [...both, ...any]) await press(id);
    page.store.set({ selection: new Set([1]) });
    for (const id of both) await press(id);
    expect(program.edits).toEqual([]);
    expect(page.store.get().tools.asking).toBeNull();
  });

  test('order and holes name what is selected', async () => {
    page.store.set({ selection: new Set([2]) });
    for (const id of ['to-front', 'forward', 'backward', 'to-back', 'fill-holes']) await press(id);
    expect(program.edits.map((edit: Edit) => (edit.type === 'order' ? edit.to : edit.type))).toEqual([
      'front',
      'forward',
      'backward',
      'back',
      'fill_holes',
    ]);
  });

  test('the small panel sends what it shows, within limits, and goes with the selection', async () => {
    page.store.set({ selection: new Set([2]) });
    ask(page, 'simplify');
    setAmount(page, 99);
    expect(page.store.get().tools.asking?.amount).toBe(10);
    setAmount(page, Number.NaN);
    expect(page.store.get().tools.asking?.amount).toBe(10);
    setAmount(page, 2.5);
    await answer(page);
    expect(program.edits).toEqual([{ type: 'simplify', ids: [2], tolerance: 2.5 }]);
    ask(page, 'simplify');
    expect(page.store.get().tools.asking?.amount).toBe(2.5); // as last time
    page.store.set({ selection: new Set([1]) });
    expect(page.store.get().tools.asking).toBeNull();
    ask(page, 'specks');
    ask(page, 'specks');
    expect(page.store.get().tools.asking).toBeNull(); // the same key puts it away
    expect(await answer(page)).toBe(false);
  });

  test('copies come to the next image, are selected there, and leave what is there alone', async () => {
    page.store.set({ selection: new Set([1, 3]) });
    await press('copy-next');
    expect(page.store.get().picture?.name).toBe('b.jpg');
    expect(program.edits).toEqual([{ type: 'copy', from: 'a.jpg', ids: [1, 3] }]);
    expect(page.store.get().picture!.annotations).toHaveLength(3);
    expect(selection()).toEqual(
      page.store
        .get()
        .picture!.annotations.slice(1)
        .map(({ id }) => id),
    );
    await press('copy-next');
    expect(page.store.get().picture?.name).toBe('b.jpg'); // the last one
    expect(page.store.get().toasts).toMatchObject([{ title: 'This is the last image' }]);
  });
});

describe('tools', () => {
  test('the same key again, or Esc, goes back to the way of prompting used last', () => {
    page.store.set({ mode: 'box' });
    switchTool(page, 'point');
    switchTool(page, 'brush');
    switchTool(page, 'vertices');
    switchTool(page, 'vertices');
    expect(page.store.get().mode).toBe('point');
    switchTool(page, 'eraser');
    expect(leaveTool(page)).toBe(true);
    expect(page.store.get().mode).toBe('point');
    expect(leaveTool(page)).toBe(false);
  });

  test('Esc clears an unfinished prompt before it leaves the tool, and the selection last', async () => {
    page.store.set({ mode: 'brush' });
    drawBox(page, [1, 1, 20, 20]);
    page.store.set({ selection: new Set([1]) });
    await press('clear-prompt');
    expect(page.store.get().prompt.present.box).toBeNull();
    expect(page.store.get().mode).toBe('brush');
    await press('clear-prompt');
    expect(page.store.get().mode).toBe('box');
    expect(selection()).toEqual([1]);
    await press('clear-prompt');
    expect(selection()).toEqual([]);
  });

  test('undo and redo say what they would take back', () => {
    const picture = page.store.get().picture!;
    const title = (id: string) => actionOf(id).titleNow!(page.store.get());
    page.store.set({ picture: { ...picture, undo_title: 'set_polygon', redo_title: 'some_new_kind' } });
    expect(title('undo')).toBe('Undo: changing an outline');
    expect(title('redo')).toBe('Redo: some new kind');
    page.store.set({ picture: { ...picture, undo_title: '' } });
    expect(title('undo')).toBe('Undo');
  });
});
