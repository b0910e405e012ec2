import { beforeEach, describe, expect, test } from 'vitest';
import { Problem, problemOf, unreachable } from '../../src/model/problem';
import { deleteSelected } from '../../src/state/editing/editing';
import { entryAt, loadPage, onEncoding } from '../../src/state/images/image-list';
import { settled, tell, tellError } from '../../src/state/messages';
import { goTo, open } from '../../src/state/images/navigation';
import type { Page } from '../../src/state/page';
import { FakeProgram, pageOn, settle } from './fake-program';

let program: FakeProgram;
let page: Page;

const titles = () => page.store.get().toasts.map(({ title }) => title);

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg', 'c.jpg']);
  page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 0 });
  await loadPage(page, 0);
  await open(page, 'a.jpg');
});

describe('messages', () => {
  test('a bad picture is told in the words of the program, until another is shown', async () => {
    program.api.show = async () => {
      throw problemOf(422, { title: 'The picture cannot be read', detail: 'b.jpg is a truncated JPEG file' });
    };
    goTo(page, 'b.jpg');
    await settle();
    expect(page.store.get().toasts).toMatchObject([
      { kind: 'error', title: 'The picture cannot be read', detail: 'b.jpg is a truncated JPEG file' },
    ]);
    program.api.show = async (name) => program.picture(name);
    goTo(page, 'c.jpg');
    await settle();
    expect(titles()).toEqual([]);
  });

  test('at most three, the newest', () => {
    for (const title of ['1', '2', '3', '4']) tell(page, 'warning', 'note', title);
    expect(titles()).toEqual(['2', '3', '4']);
  });

  test('an error goes when the same thing succeeds, others stay', async () => {
    const { edit } = program.api;
    program.api.edit = async () => {
      throw new Problem(507, '', 'The disk is full', '');
    };
    tellError(page, 'list', new Problem(500, '', 'No list', ''));
    await deleteSelected(page);
    expect(titles()).toEqual(['No list', 'The disk is full']);
    program.api.edit = edit;
    await deleteSelected(page);
    expect(titles()).toEqual(['No list']);
  });

  test('a lost connection is told once, whatever failed, until it is back', () => {
    tellError(page, 'edit', unreachable);
    tellError(page, 'open', unreachable);
    expect(titles()).toEqual([unreachable.title]);
    settled(page, 'open', 'edit');
    expect(titles()).toEqual([unreachable.title]);
    settled(page, 'connection');
    expect(titles()).toEqual([]);
  });

  test('a picture whose preparation failed is looked at again, and keeps the reason', async () => {
    onEncoding(page, { name: 'b.jpg', encoding: 'failed', reason: 'is truncated' });
    await settle();
    const images = () => page.store.get().images;
    expect(entryAt(images(), 1)).toMatchObject({ state: 'new', encoding: 'failed', encoding_reason: 'is truncated' });
    program.broken.add('b.jpg');
    onEncoding(page, { name: 'b.jpg', encoding: 'failed', reason: 'is truncated' });
    await settle();
    expect(entryAt(images(), 1)!.state).toBe('broken');
  });
});
