// Changes of whole objects: the selected ones.

import { count } from '../../model/format';
import type { Edit } from '../../model/wire';
import { text } from '../../text/en';
import { edit } from './editing';
import { refusedWhileBusy } from '../project/jobs';
import { announce, tell, tellError } from '../messages';
import { afterPrompt, open, seek } from '../images/navigation';
import { enqueue, type Page } from '../page';
import { editedId, setTools } from './reshaping';
import type { Asking } from './tools-state';

const selected = (page: Page): number[] => [...page.store.get().selection];

// Into the one selected first, which stays selected.
export async function mergeSelected(page: Page): Promise<boolean> {
  const ids = selected(page);
  return ids.length > 1 && edit(page, { type: 'merge', ids }, text.editing.merged(ids.length));
}

// The pixels of the others go from the one selected last.
export async function subtractOthers(page: Page): Promise<boolean> {
  const id = editedId(page.store.get());
  const ids = selected(page).filter((other) => other !== id);
  return id !== null && ids.length > 0 && edit(page, { type: 'subtract', id, ids }, text.editing.subtracted);
}

export function fillHoles(page: Page): Promise<boolean> {
  return edit(page, { type: 'fill_holes', ids: selected(page), below: 0 }, text.editing.filled);
}

export function orderSelected(page: Page, to: Extract<Edit, { type: 'order' }>['to']): Promise<boolean> {
  return edit(page, { type: 'order', ids: selected(page), to }, text.editing.ordered[to]);
}

export const limits = {
  simplify: { least: 0.5, most: 10, step: 0.5 },
  specks: { least: 1, most: 100_000, step: 1 },
} as const;
const amounts = { simplify: 1.5, specks: 64 };

// Shows the small panel, or puts it away.
export function ask(page: Page, what: Asking['what']): void {
  const { asking } = page.store.get().tools;
  setTools(page, { asking: asking?.what === what ? null : { what, amount: amounts[what] } });
}

export function setAmount(page: Page, amount: number): void {
  const { asking } = page.store.get().tools;
  if (asking === null || !Number.isFinite(amount)) return;
  const { least, most } = limits[asking.what];
  setTools(page, { asking: { ...asking, amount: Math.min(Math.max(amount, least), most) } });
}

// Makes what the small panel shows.
export function answer(page: Page): Promise<boolean> {
  const { asking } = page.store.get().tools;
  if (asking === null) return Promise.resolve(false);
  amounts[asking.what] = asking.amount;
  setTools(page, { asking: null });
  const ids = selected(page);
  if (asking.what === 'simplify')
    return edit(page, { type: 'simplify', ids, tolerance: asking.amount }, text.editing.simplified);
  return edit(page, { type: 'drop_specks', ids, below: Math.round(asking.amount) }, text.editing.dropped);
}

// The copies come to the next image, which is shown with them selected.
export async function copyToNext(page: Page): Promise<boolean> {
  const { picture, images } = page.store.get();
  const ids = selected(page);
  if (picture === null || ids.length === 0 || refusedWhileBusy(page)) return false;
  const next = await seek(page, picture.position, 1, images.filter);
  if (next === null) {
    tell(page, 'info', 'open', text.editing.noNextImage, text.editing.noNextImageDetail(count(images.total)));
    return false;
  }
  let before = new Set<number>();
  await enqueue(page, async () => {
    const there = await page.api.picture(next.name);
    before = new Set(there.annotations.map(({ id }) => id));
    const edit_id = `${page.window}-${page.nextId++}`;
    await page.api.edit(next.name, {
      revision: there.revision,
      edit_id,
      edit: { type: 'copy', from: picture.name, ids },
    });
  });
  if (!(await open(page, next.name))) return true;
  const copies = page.store.get().picture?.annotations.filter(({ id }) => !before.has(id)) ?? [];
  page.store.set({ selection: new Set(copies.map(({ id }) => id)) });
  announce(page, text.editing.copied(copies.length, next.name));
  return true;
}

export function duplicateToNext(page: Page): void {
  afterPrompt(page, () => {
    copyToNext(page).catch((error: unknown) => tellError(page, 'edit', error));
  });
}
