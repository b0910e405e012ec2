import { describe, expect, test } from 'vitest';
import { addMask } from '../../../src/state/editing/editing';
import { entryAt, loadPage, onEncoding, reloadList } from '../../../src/state/images/image-list';
import { go, goTo, jump, open } from '../../../src/state/images/navigation';
import { select } from '../../../src/state/editing/selecting';
import { drawBox, repromptSelected, setPoint } from '../../../src/state/prompting/prompting';
import { candidate, FakeProgram, pageOn, settle } from '../fake-program';

const many = (n: number) => Array.from({ length: n }, (_, i) => `img_${String(i).padStart(6, '0')}.jpg`);

async function ready(program: FakeProgram) {
  const page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 0 });
  await loadPage(page, 0);
  await open(page, program.names[0]!);
  return page;
}

describe('navigation', () => {
  test('next passes over broken images, also those found broken only now', async () => {
    const program = new FakeProgram(many(6));
    program.broken.add('img_000001.jpg');
    const page = await ready(program);
    program.broken.add('img_000002.jpg');
    go(page, 1);
    await settle();
    await settle();
    expect(page.store.get().picture!.name).toBe('img_000003.jpg');
    expect(entryAt(page.store.get().images, 2)!.state).toBe('broken');
    go(page, -1);
    await settle();
    expect(page.store.get().picture!.name).toBe('img_000000.jpg');
    go(page, -1);
    await settle();
    expect(page.store.get().toasts.at(-1)!.title).toBe('This is the first image');
  });

  test('a picture that comes before this one moves it', async () => {
    const program = new FakeProgram(many(3));
    const page = await ready(program);
    program.names.unshift('added.jpg');
    await reloadList(page);
    expect(page.store.get().images.total).toBe(4);
    expect(page.store.get().picture!.position).toBe(1);
  });

  test('a re-prompt that nobody changed is left without a question', async () => {
    const program = new FakeProgram(many(3));
    program.apply('img_000000.jpg', { type: 'add', class_id: 0, rle: 'x', prompt: { boxes: [[0, 0, 5, 5]] } });
    const page = await ready(program);
    const again = () => {
      select(page, page.store.get().picture!.annotations[0]!.id, false);
      repromptSelected(page);
    };
    again();
    setPoint(page, 3, 3, true);
    go(page, 1);
    await settle();
    expect(page.store.get().dialog?.kind).toBe('pending');
    page.store.set({ dialog: null });
    again();
    go(page, 1);
    await settle();
    expect(page.store.get().dialog).toBeNull();
    expect(page.store.get().picture!.name).toBe('img_000001.jpg');
  });

  test('a mask not yet added is asked about, never dropped', async () => {
    const program = new FakeProgram(many(3));
    const page = await ready(program);
    drawBox(page, [0, 0, 5, 5]);
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    go(page, 1);
    await settle();
    expect(page.store.get().picture!.name).toBe('img_000000.jpg');
    const dialog = page.store.get().dialog;
    if (dialog?.kind !== 'pending') throw new Error('no question was asked');
    page.store.set({ dialog: null });
    await addMask(page);
    dialog.proceed();
    await settle();
    expect(page.store.get().picture!.name).toBe('img_000001.jpg');
    expect(program.kept('img_000000.jpg').steps.at(-1)).toHaveLength(1);
  });

  test('an event that overtakes the answer is believed', async () => {
    const program = new FakeProgram(many(3));
    const page = await ready(program);
    const show = program.api.show;
    program.api.show = async (name, signal) => {
      const answer = await show(name, signal);
      onEncoding(page, { name, encoding: 'ready' });
      return { ...answer, encoding: 'queued' };
    };
    await open(page, 'img_000001.jpg');
    await settle();
    expect(page.store.get().picture!.encoding).toBe('ready');
    expect(entryAt(page.store.get().images, 1)!.encoding).toBe('ready');
  });

  test('quick steps add up', async () => {
    const program = new FakeProgram(many(9));
    const page = await ready(program);
    for (let i = 0; i < 3; ++i) {
      go(page, 1);
      await settle();
    }
    expect(page.store.get().picture!.name).toBe('img_000003.jpg');
  });

  test('an edit on its way is stored before the picture changes', async () => {
    const program = new FakeProgram(many(3));
    const page = await ready(program);
    drawBox(page, [0, 0, 5, 5]);
    program.asked[0]!.answer([candidate('k1')]);
    await settle();
    const added = addMask(page);
    goTo(page, 'img_000002.jpg');
    expect(await added).toBe(true);
    await settle();
    expect(page.store.get().picture!.name).toBe('img_000002.jpg');
    expect(program.kept('img_000000.jpg').steps.at(-1)).toHaveLength(1);
    expect(page.store.get().picture!.annotations).toHaveLength(0);
  });

  test('jump to an image that cannot be read says why, by its number and by its name', async () => {
    const program = new FakeProgram(many(3));
    program.broken.add('img_000001.jpg');
    const page = await ready(program);
    for (const typed of ['2', '000001.']) expect(await jump(page, typed)).toMatch(/^img_000001\.jpg cannot be read/);
    expect(page.store.get().picture!.name).toBe('img_000000.jpg');
  });

  test('jump by number, by a part of a name after this image, and not at all', async () => {
    const program = new FakeProgram(many(2500));
    const page = await ready(program);
    expect(await jump(page, '1200')).toBeNull();
    await settle();
    expect(page.store.get().picture!.name).toBe('img_001199.jpg');
    expect(await jump(page, '0042.')).toBeNull();
    await settle();
    expect(page.store.get().picture!.name).toBe('img_000042.jpg');
    expect(await jump(page, 'nothing like it')).toMatch(/No image/);
  });

  test('the list keeps a bounded number of pages', async () => {
    const page = await ready(new FakeProgram(many(20_000)));
    for (let number = 0; number < 100; ++number) await loadPage(page, number);
    expect(page.store.get().images.pages.size).toBeLessThanOrEqual(40);
    expect(page.store.get().images.total).toBe(20_000);
  });
});
