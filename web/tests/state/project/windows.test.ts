import { beforeEach, describe, expect, test } from 'vitest';
import type { Window } from '../../../src/model/wire';
import { tell } from '../../../src/state/messages';
import { clearAll, deleteSelected, edit, redoEdit, save, undoEdit } from '../../../src/state/editing/editing';
import { open } from '../../../src/state/images/navigation';
import type { Page } from '../../../src/state/page';
import { askTakeOver, isLookOnly, onWindows, othersAt } from '../../../src/state/project/windows';
import { FakeProgram, pageOn, settle } from '../fake-program';

let program: FakeProgram;
let page: Page;

const anna: Window = { window: 'w2', person: 'Anna', image: 'a.jpg', holds: true };
const me: Window = { window: 'this-window', person: '', image: 'a.jpg', holds: false };

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  page = pageOn(program);
  await open(page, 'a.jpg');
});

describe('windows', () => {
  test('who has the picture may change it, the others look', () => {
    expect(isLookOnly(page.store.get())).toBe(false);
    onWindows(page, [me, anna]);
    expect(isLookOnly(page.store.get())).toBe(true);
    expect(page.store.get().announcement).toContain('Anna');
    onWindows(page, [{ ...me, holds: true }]);
    expect(isLookOnly(page.store.get())).toBe(false);
  });

  test('who only looks changes nothing, whatever key is pressed, and hears why', async () => {
    await edit(page, { type: 'mark', faulty: true }, '');
    onWindows(page, [me, anna]);
    page.store.set({ toasts: [], selection: new Set([1]) });
    await Promise.all([undoEdit(page), redoEdit(page), clearAll(page), deleteSelected(page), save(page)]);
    await edit(page, { type: 'mark', faulty: false }, '');
    expect(program.edits).toHaveLength(1);
    expect(page.store.get().edits.waiting).toEqual([]);
    expect(page.store.get().toasts[0]!.title).toContain('Anna');
  });

  test('one that turned to another picture has this one no longer', () => {
    onWindows(page, [me, anna]);
    onWindows(page, [me, { ...anna, image: 'b.jpg' }]);
    expect(isLookOnly(page.store.get())).toBe(false);
    expect(othersAt(page.store.get(), 'b.jpg')).toHaveLength(1);
    expect(othersAt(page.store.get(), 'a.jpg')).toEqual([]);
  });

  test('taking over asks first, and says whose it is', async () => {
    const taken: string[] = [];
    program.api.takeOver = async (name) => {
      taken.push(name);
      return program.picture(name);
    };
    askTakeOver(page);
    expect(page.store.get().dialog).toBeNull(); // it is nobody's
    onWindows(page, [me, anna]);
    askTakeOver(page);
    const { dialog } = page.store.get();
    expect(dialog).toMatchObject({ kind: 'confirm', text: expect.stringContaining('Anna') as unknown });
    expect(taken).toEqual([]);
    tell(page, 'error', 'edit', 'Anna has this image');
    if (dialog?.kind === 'confirm') dialog.proceed();
    await settle();
    expect(page.store.get().toasts).toEqual([]); // what could not be done can be now
    expect(taken).toEqual(['a.jpg']);
    expect(isLookOnly(page.store.get())).toBe(false);
  });
});
