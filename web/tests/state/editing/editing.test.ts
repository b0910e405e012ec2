import { beforeEach, describe, expect, test } from 'vitest';
import { actionOf } from '../../../src/input/actions';
import { addMask, clearAll, deleteSelected, onChanged } from '../../../src/state/editing/editing';
import { open } from '../../../src/state/images/navigation';
import type { Page } from '../../../src/state/page';
import { drawBox, preview, setPoint } from '../../../src/state/prompting/prompting';
import { candidate, FakeProgram, pageOn, settle } from '../fake-program';

let program: FakeProgram;
let page: Page;

const annotations = () => page.store.get().picture!.annotations;
const press = async (id: string) => {
  const action = actionOf(id);
  action.run(page, action.keys[0]!);
  await settle();
};

async function offer(key: string): Promise<void> {
  drawBox(page, [0, 0, 10, 10]);
  program.asked.at(-1)!.answer([candidate(key)]);
  await settle();
}

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 1 });
  await open(page, 'a.jpg');
});

describe('editing', () => {
  test('adding sends the exact mask with its class and prompt, and clears the prompt', async () => {
    await offer('k1');
    expect(await addMask(page)).toBe(true);
    expect(program.edits).toMatchObject([
      { type: 'add', class_id: 1, rle: 'rle-k1', prompt: { boxes: [[0, 0, 10, 10]] } },
    ]);
    expect(annotations()).toHaveLength(1);
    expect(preview(page.store.get())).toBeNull();
    expect(page.store.get().adding).toEqual([]);
  });

  test('quick edits go one after another, each on the newest revision', async () => {
    await offer('k1');
    const first = addMask(page);
    await offer('k2');
    const second = addMask(page);
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(annotations()).toHaveLength(2);
  });

  test('another window came first: nothing is overwritten, the mask is still on offer', async () => {
    await offer('k1');
    program.apply('a.jpg', { type: 'add', class_id: 0, rle: 'theirs', score: 1, prompt: {} });
    expect(await addMask(page)).toBe(false);
    expect(program.edits).toEqual([]);
    expect(annotations()).toHaveLength(1);
    expect(preview(page.store.get())?.rle).toBe('rle-k1');
    expect(page.store.get().toasts).toMatchObject([{ kind: 'warning', title: 'Another window changed this image' }]);
    expect(await addMask(page)).toBe(true);
    expect(annotations()).toHaveLength(2);
  });

  test('no class, no annotation', async () => {
    page.store.set({ classId: null });
    await offer('k1');
    expect(await addMask(page)).toBe(false);
    expect(preview(page.store.get())).not.toBeNull();
  });

  test('undo takes back points first, then edits; redo the other way', async () => {
    await offer('k1');
    await addMask(page);
    setPoint(page, 1, 1, true);
    setPoint(page, 2, 2, true);
    await press('undo');
    expect(page.store.get().prompt.present.points).toHaveLength(1);
    await press('redo');
    expect(page.store.get().prompt.present.points).toHaveLength(2);
    await press('undo');
    await press('undo');
    expect(annotations()).toHaveLength(1);
    await press('undo');
    expect(annotations()).toHaveLength(0);
    await press('redo');
    expect(annotations()).toHaveLength(1);
  });

  test('deleting and clearing', async () => {
    for (const key of ['k1', 'k2', 'k3']) {
      await offer(key);
      await addMask(page);
    }
    page.store.set({ selection: new Set([annotations()[1]!.id]) });
    await deleteSelected(page);
    expect(annotations()).toHaveLength(2);
    expect(page.store.get().selection.size).toBe(0);
    await clearAll(page);
    expect(annotations()).toHaveLength(0);
  });

  test('news from another window are shown, our own are not', async () => {
    program.apply('a.jpg', { type: 'add', class_id: 0, rle: 'theirs', score: 1, prompt: {} });
    onChanged(page, { name: 'a.jpg', revision: '2', window: 'this-window' });
    await settle();
    expect(annotations()).toHaveLength(0);
    onChanged(page, { name: 'a.jpg', revision: '2', window: 'other' });
    await settle();
    expect(annotations()).toHaveLength(1);
    expect(page.store.get().toasts).toMatchObject([{ title: 'Changed in another window' }]);
  });
});
