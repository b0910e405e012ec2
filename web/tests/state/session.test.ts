import { beforeEach, expect, test } from 'vitest';
import { addMask } from '../../src/state/editing/editing';
import { select } from '../../src/state/editing/selecting';
import { open } from '../../src/state/images/navigation';
import type { Page } from '../../src/state/page';
import { hasPrompt, repromptSelected, setPoint } from '../../src/state/prompting/prompting';
import { remember, start } from '../../src/state/session';
import { candidate, FakeProgram, pageOn, settle } from './fake-program';

let program: FakeProgram;
let kept: Map<string, string>;

const storage = () =>
  ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }) as unknown as Storage;

beforeEach(() => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  kept = new Map();
});

// A window that prompts the one object of its image again, with a point more, and is then reloaded.
async function reloaded(meanwhile: () => void): Promise<Page> {
  program.apply('a.jpg', { type: 'add', class_id: 1, rle: 'r' });
  const before = pageOn(program);
  await start(before, storage());
  const write = remember(before, storage());
  await open(before, 'a.jpg');
  select(before, 1, false);
  repromptSelected(before);
  setPoint(before, 3, 4, true);
  write();
  meanwhile();
  const page = pageOn(program);
  await start(page, storage());
  await settle();
  return page;
}

test('a mask made anew is, after a reload, still for its object', async () => {
  const page = await reloaded(() => undefined);
  expect(page.store.get()).toMatchObject({ reprompting: 1, selection: new Set([1]), classId: 1 });
  program.asked.at(-1)!.answer([candidate('k')]);
  await settle();
  expect(await addMask(page)).toBe(true);
  expect(program.edits).toMatchObject([{ type: 'set_mask', id: 1 }]);
});

test('it is not offered where the object is gone meanwhile', async () => {
  const page = await reloaded(() => program.apply('a.jpg', { type: 'delete', ids: [1] }));
  expect(page.store.get().reprompting).toBeNull();
  expect(hasPrompt(page.store.get())).toBe(false);
});
