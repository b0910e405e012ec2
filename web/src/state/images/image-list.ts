// The image list, fetched in pages as it is looked at. Far pages are dropped, so that memory does not grow with the
// project. A row counts the images that pass the filter, a position all of the project: without a filter they are the same.

import { changed, imageStates, isFiltered } from '../../model/filter';
import type { Encoding, EncodingEvent, ImageEntry, ImageFilter, ImageState, Picture } from '../../model/wire';
import { settled, tellError } from '../messages';
import type { Page } from '../page';
import { noFilter, type ImageLayout, type ImageList } from './image-list-state';

export const pageSize = 200;
const pagesKept = 40;

const inFlight = new WeakMap<Page, Map<number, Promise<void>>>();

function pendingOf(page: Page): Map<number, Promise<void>> {
  const pending = inFlight.get(page) ?? new Map<number, Promise<void>>();
  inFlight.set(page, pending);
  return pending;
}

export function entryAt(images: ImageList, index: number): ImageEntry | undefined {
  return images.pages.get(Math.floor(index / pageSize))?.[index % pageSize];
}

export function entryOf(images: ImageList, name: string): ImageEntry | undefined {
  const row = indexOf(images, name);
  return row === null ? undefined : entryAt(images, row);
}

// The row, if its page is here.
export function indexOf(images: ImageList, name: string): number | null {
  for (const [page, entries] of images.pages) {
    const index = entries.findIndex((entry) => entry.name === name);
    if (index >= 0) return page * pageSize + index;
  }
  return null;
}

const eventsKept = 256;

// Answers and events come by different ways: an event heard after an answer was asked for is newer than the answer.
export function withNewestEncoding<T extends { name: string; encoding: Encoding }>(
  page: Page,
  value: T,
  asked: number,
): T {
  const heard = page.heard.get(value.name);
  return heard !== undefined && heard.at >= asked ? { ...value, ...newsOf(heard.event) } : value;
}

function newsOf(event: EncodingEvent): Pick<Picture, 'encoding' | 'encoding_reason' | 'memory_exhausted'> {
  const { encoding, reason, memory_exhausted = false } = event;
  return { encoding, memory_exhausted, ...(reason === undefined ? {} : { encoding_reason: reason }) };
}

async function fetchPage(page: Page, number: number): Promise<void> {
  const asked = page.now();
  const { filter } = page.store.get().images;
  const answer = await page.api.images(number * pageSize, pageSize, filter);
  const { images } = page.store.get();
  if (images.filter !== filter) return;
  const moved = answer.total !== images.total; // so the rows of other pages have, unless they are on their way anew
  const pages = new Map([...images.pages].filter(([other]) => !moved || pendingOf(page).has(other)));
  pages.delete(number);
  pages.set(
    number,
    answer.images.map((entry) => withNewestEncoding(page, entry, asked)),
  );
  while (pages.size > pagesKept) pages.delete(pages.keys().next().value!);
  page.store.set({ images: { ...images, total: answer.total, all: answer.all, pages } });
  settled(page, 'list', 'connection');
}

// Fetches a page once, however many ask.
export function loadPage(page: Page, number: number, again = false): Promise<void> {
  const pending = pendingOf(page);
  const running = pending.get(number);
  if (running !== undefined && !again) return running;
  if (!again && page.store.get().images.pages.has(number)) return Promise.resolve();
  const fetching = fetchPage(page, number).finally(() => {
    if (pending.get(number) === fetching) pending.delete(number);
  });
  pending.set(number, fetching);
  return fetching;
}

const requestsAtOnce = 3;
const wanted = new WeakMap<Page, number[]>();

// Only the newest wish counts: whoever drags the scrollbar through 100,000 rows asks for what is in sight at the end.
export function loadPages(page: Page, numbers: readonly number[]): void {
  const { pages } = page.store.get().images;
  wanted.set(
    page,
    numbers.filter((number) => !pages.has(number)),
  );
  loadWanted(page);
}

function loadWanted(page: Page): void {
  const numbers = wanted.get(page) ?? [];
  while (pendingOf(page).size < requestsAtOnce) {
    const number = numbers.shift();
    if (number === undefined) return;
    loadPage(page, number)
      .catch((error: unknown) => tellError(page, 'list', error))
      .finally(() => loadWanted(page));
  }
}

export async function fetchEntry(page: Page, index: number): Promise<ImageEntry | undefined> {
  await loadPage(page, Math.floor(index / pageSize));
  return entryAt(page.store.get().images, index);
}

// The row of an image, whose page is then here; null if it does not pass the filter. Rows are in the order of positions, so halving finds it.
export async function findRow(page: Page, name: string, position: number): Promise<number | null> {
  const { images } = page.store.get();
  if (!isFiltered(images.filter)) {
    await loadPage(page, Math.floor(position / pageSize));
    return position;
  }
  const here = indexOf(images, name);
  if (here !== null) return here;
  let [first, last] = [0, Math.ceil(images.total / pageSize) - 1];
  while (first <= last) {
    const middle = Math.floor((first + last) / 2);
    await loadPage(page, middle);
    const now = page.store.get().images;
    const entries = now.pages.get(middle);
    if (now.filter !== images.filter || entries === undefined || entries.length === 0) return null;
    if (position < entries[0]!.position) last = middle - 1;
    else if (position > entries.at(-1)!.position) first = middle + 1;
    else return indexOf(now, name);
  }
  return null;
}

// The state of an image may have changed: asks again for it alone. With a filter it keeps its row, although it may not
// pass any more, until another image is opened: a row does not vanish under the hand.
export async function refreshEntry(page: Page, position: number): Promise<ImageEntry | undefined> {
  const asked = page.now();
  const answer = await page.api.images(position, 1);
  const entry = answer.images[0];
  if (entry === undefined) return undefined;
  patchByName(page, entry.name, withNewestEncoding(page, entry, asked));
  const { images } = page.store.get();
  if (isFiltered(images.filter) && !images.stale) page.store.set({ images: { ...images, stale: true } });
  return entry;
}

function patch(page: Page, index: number, change: Partial<ImageEntry>): void {
  const { images } = page.store.get();
  const number = Math.floor(index / pageSize);
  const entries = images.pages.get(number);
  const entry = entries?.[index % pageSize];
  if (entries === undefined || entry === undefined) return;
  const after = [...entries];
  after[index % pageSize] = { ...entry, ...change };
  const pages = new Map(images.pages);
  pages.set(number, after);
  page.store.set({ images: { ...images, pages } });
}

export function patchByName(page: Page, name: string, change: Partial<ImageEntry>): void {
  const index = indexOf(page.store.get().images, name);
  if (index !== null) patch(page, index, change);
}

export function onEncoding(page: Page, event: EncodingEvent): void {
  page.heard.delete(event.name);
  page.heard.set(event.name, { event, at: page.now() });
  if (page.heard.size > eventsKept) page.heard.delete(page.heard.keys().next().value!);
  patchByName(page, event.name, newsOf(event));
  const { picture, images } = page.store.get();
  const entry = event.encoding === 'failed' ? entryOf(images, event.name) : undefined;
  if (entry !== undefined) refreshEntry(page, entry.position).catch(() => undefined); // its pixels may have shown that it is broken
  if (picture?.name !== event.name) return;
  page.store.set({ picture: { ...picture, ...newsOf(event) } });
}

// The list changed on disk: forgets what was fetched but the pages around the picture, which are asked for again.
export async function reloadList(page: Page): Promise<void> {
  const { images, picture } = page.store.get();
  const filtered = isFiltered(images.filter);
  const row = picture === null ? null : filtered ? indexOf(images, picture.name) : picture.position;
  const near = Math.floor((row ?? 0) / pageSize);
  const kept = [...images.pages.keys()].filter((number) => Math.abs(number - near) <= 1);
  page.store.set({
    images: { ...images, stale: false, pages: new Map([...images.pages].filter(([n]) => kept.includes(n))) },
  });
  await Promise.all((kept.length > 0 ? kept : [near]).map((number) => loadPage(page, number, true)));
  const now = page.store.get();
  const position = now.picture === null ? null : (entryOf(now.images, now.picture.name)?.position ?? null); // others may have come before it
  if (now.picture !== null && position !== null) page.store.set({ picture: { ...now.picture, position } });
}

// Lists other images. Pages on their way for the filter before are not taken.
export async function setFilter(page: Page, filter: ImageFilter): Promise<void> {
  const { images, picture } = page.store.get();
  inFlight.delete(page);
  wanted.delete(page);
  const written = isFiltered(filter) ? { ...filter } : noFilter;
  page.store.set({ images: { ...images, filter: written, pages: new Map(), stale: false } });
  await loadPage(page, 0);
  if (picture !== null) await findRow(page, picture.name, picture.position);
}

// How many images each state would list; one question after another, so that a click never waits for them.
export async function countStates(page: Page): Promise<void> {
  const { filter } = page.store.get().images;
  const counts: Partial<Record<ImageState, number>> = {};
  for (const state of imageStates) {
    counts[state] = (await page.api.images(0, 1, changed(filter, { states: [state] }))).total;
    if (page.store.get().images.filter !== filter) return;
  }
  page.store.set({ images: { ...page.store.get().images, counts } });
}

export function setLayout(page: Page, layout: ImageLayout): void {
  page.store.set({ images: { ...page.store.get().images, layout } });
}
