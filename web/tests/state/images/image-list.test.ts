import { describe, expect, test } from 'vitest';
import type { ImageFilter, ImagePage } from '../../../src/model/wire';
import { onChanged } from '../../../src/state/editing/editing';
import {
  countStates,
  entryAt,
  findRow,
  indexOf,
  loadPage,
  loadPages,
  pageSize,
  reloadList,
  setFilter,
} from '../../../src/state/images/image-list';
import { go, goToNew, open, suggest } from '../../../src/state/images/navigation';
import { candidate, FakeProgram, pageOn, settle } from '../fake-program';

const many = (n: number) => Array.from({ length: n }, (_, i) => `img_${String(i).padStart(6, '0')}.jpg`);
const add = { type: 'add', class_id: 1, rle: candidate('k').rle } as const;
const unlabelled: ImageFilter = { states: ['new'] };

async function ready(program: FakeProgram) {
  const page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 0 });
  await loadPage(page, 0);
  await open(page, program.names[0]!);
  return page;
}

const settled = async () => {
  for (let i = 0; i < 4; ++i) await settle();
};

describe('filter', () => {
  test('rows count what passes, positions everything; counts are of each state', async () => {
    const program = new FakeProgram(many(10));
    for (const at of [1, 3, 5]) program.apply(program.names[at]!, add);
    program.broken.add(program.names[9]!);
    const page = await ready(program);
    await setFilter(page, { states: ['labelled'] });
    const { images } = page.store.get();
    expect([images.total, images.all]).toEqual([3, 10]);
    expect([0, 1, 2].map((row) => entryAt(images, row)!.position)).toEqual([1, 3, 5]);
    await countStates(page);
    expect(page.store.get().images.counts).toMatchObject({ new: 6, labelled: 3, broken: 1 });
  });

  test('next and previous stay among the images that pass, and the end is told', async () => {
    const program = new FakeProgram(many(10));
    for (const at of [2, 6]) program.apply(program.names[at]!, add);
    const page = await ready(program);
    await setFilter(page, { states: ['labelled'] });
    const seen: number[] = [];
    for (const step of [1, 1, -1] as const) {
      go(page, step);
      await settled();
      seen.push(page.store.get().picture!.position);
    }
    expect(seen).toEqual([2, 6, 2]);
    go(page, -1);
    await settled();
    expect(page.store.get().picture!.position).toBe(2);
    expect(page.store.get().toasts.at(-1)!.title).toMatch(/passes the filter/);
  });

  test('an image that no longer passes keeps its row until another one is opened', async () => {
    const program = new FakeProgram(many(6));
    const page = await ready(program);
    await setFilter(page, unlabelled);
    program.apply(program.names[1]!, add);
    onChanged(page, { name: program.names[1]!, revision: '2', window: 'other' });
    await settled();
    expect(page.store.get().images.total).toBe(6);
    expect(entryAt(page.store.get().images, 1)).toMatchObject({ state: 'labelled', annotation_count: 1 });
    await open(page, program.names[2]!);
    await settled();
    expect(page.store.get().images).toMatchObject({ total: 5, stale: false });
    expect(indexOf(page.store.get().images, program.names[2]!)).toBe(1);
  });

  test('an answer to an older filter is not taken', async () => {
    const program = new FakeProgram(many(10));
    program.apply(program.names[4]!, add);
    const page = await ready(program);
    const images = program.api.images;
    const held: (() => void)[] = [];
    program.api.images = (offset, limit, filter) =>
      new Promise<ImagePage>((resolve, reject) => {
        held.push(() => images(offset, limit, filter).then(resolve, reject));
      });
    const first = setFilter(page, unlabelled);
    const second = setFilter(page, { states: ['labelled'] });
    for (const answer of held.reverse()) answer();
    await Promise.race([first, settled()]);
    await second;
    expect(page.store.get().images.total).toBe(1);
    expect(entryAt(page.store.get().images, 0)!.position).toBe(4);
  });

  test('the row of an image far down is found in a few requests', async () => {
    const program = new FakeProgram(many(20_000));
    const page = await ready(program);
    await setFilter(page, { text: '1' }); // about a third
    program.listings = 0;
    const position = 19_999 - 8;
    const row = await findRow(page, program.names[position]!, position);
    expect(entryAt(page.store.get().images, row!)!.position).toBe(position);
    expect(program.listings).toBeLessThan(9);
    expect(await findRow(page, program.names[2]!, 2)).toBeNull();
  });

  test('quick steps add up also where the list does not have the image yet', async () => {
    const program = new FakeProgram(many(2000));
    const page = await ready(program);
    await setFilter(page, { text: '9' });
    const wanted = program.names.filter((name) => name.includes('9'));
    await open(page, wanted[300]!);
    for (let i = 0; i < 3; ++i) {
      go(page, 1);
      await settled();
    }
    expect(page.store.get().picture!.name).toBe(wanted[303]);
  });
});

describe('the next image without labels', () => {
  test('is found whatever the filter, also from the start again, until there is none', async () => {
    const program = new FakeProgram(many(6));
    for (const at of [0, 2, 3]) program.apply(program.names[at]!, add);
    const page = await ready(program);
    await setFilter(page, { states: ['labelled'] });
    const seen: number[] = [];
    for (let i = 0; i < 4; ++i) {
      goToNew(page, 1);
      await settled();
      seen.push(page.store.get().picture!.position);
    }
    expect(seen).toEqual([1, 4, 5, 1]);
    for (const at of [1, 4, 5]) program.apply(program.names[at]!, add);
    goToNew(page, 1);
    await settled();
    expect(page.store.get().picture!.position).toBe(1);
    expect(page.store.get().toasts.at(-1)!.title).toBe('Every image has been labelled');
  });
});

test('suggestions: the image of that number first, then names; the rest is counted', async () => {
  const page = await ready(new FakeProgram(many(500)));
  const { entries, more } = await suggest(page, '12');
  expect(entries[0]!.position).toBe(11);
  expect(entries.slice(1).every(({ name }) => name.includes('12'))).toBe(true);
  expect((await suggest(page, 'img')).more).toBe(460);
  expect((await suggest(page, '9999')).entries).toEqual([]);
  expect((await suggest(page, '  ')).entries).toEqual([]);
  expect(more).toBe(0);
});

test('who drags the scrollbar asks for what is in sight at the end, not for all that passed', async () => {
  const program = new FakeProgram(many(100_000));
  const page = await ready(program);
  program.listings = 0;
  for (let number = 1; number < 500; ++number) loadPages(page, [number]);
  await settled();
  expect(program.listings).toBeLessThan(6);
  expect(entryAt(page.store.get().images, 499 * pageSize)!.position).toBe(499 * pageSize);
});

test('an image that came moves the rows: pages fetched before are asked for again', async () => {
  const program = new FakeProgram(many(1000));
  const page = await ready(program);
  await loadPage(page, 3);
  program.names.unshift('added.jpg');
  await reloadList(page);
  const { images } = page.store.get();
  expect(images.total).toBe(1001);
  for (const [number, entries] of images.pages) {
    expect(entries[0]!.name).toBe(program.names[number * pageSize]);
  }
});
