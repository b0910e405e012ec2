// The image list, fetched in pages as it is looked at. Far pages are dropped, so that memory does not grow with the
// project.

import type { Encoding, EncodingEvent, ImageEntry, Picture } from '../model/wire';
import { settled, tellError } from './messages';
import type { Page } from './page';
import type { ImageList } from './page-state';

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
  const answer = await page.api.images(number * pageSize, pageSize);
  const pages = new Map(page.store.get().images.pages);
  pages.delete(number);
  pages.set(
    number,
    answer.images.map((entry) => withNewestEncoding(page, entry, asked)),
  );
  while (pages.size > pagesKept) pages.delete(pages.keys().next().value!);
  page.store.set({ images: { total: answer.total, pages } });
  settled(page, 'list', 'connection');
}

// Fetches a page once, however many ask.
export function loadPage(page: Page, number: number, again = false): Promise<void> {
  const pending = pendingOf(page);
  const running = pending.get(number);
  if (running !== undefined && !again) return running;
  if (!again && page.store.get().images.pages.has(number)) return Promise.resolve();
  const fetching = fetchPage(page, number).finally(() => pending.delete(number));
  pending.set(number, fetching);
  return fetching;
}

export function loadPages(page: Page, numbers: readonly number[]): void {
  for (const number of numbers) loadPage(page, number).catch((error: unknown) => tellError(page, 'list', error));
}

export async function fetchEntry(page: Page, index: number): Promise<ImageEntry | undefined> {
  await loadPage(page, Math.floor(index / pageSize));
  return entryAt(page.store.get().images, index);
}

// The state of an entry may have changed: asks again for that one entry.
export async function refreshEntry(page: Page, index: number): Promise<void> {
  const asked = page.now();
  const answer = await page.api.images(index, 1);
  const entry = answer.images[0];
  if (entry !== undefined) patch(page, index, withNewestEncoding(page, entry, asked));
}

function patch(page: Page, index: number, change: Partial<ImageEntry>): void {
  const { images } = page.store.get();
  const number = Math.floor(index / pageSize);
  const entries = images.pages.get(number);
  const entry = entries?.[index % pageSize];
  if (entries === undefined || entry === undefined) return;
  const changed = [...entries];
  changed[index % pageSize] = { ...entry, ...change };
  const pages = new Map(images.pages);
  pages.set(number, changed);
  page.store.set({ images: { total: images.total, pages } });
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
  const index = event.encoding === 'failed' ? indexOf(images, event.name) : null;
  if (index !== null) refreshEntry(page, index).catch(() => undefined); // its pixels may have shown that it is broken
  if (picture?.name !== event.name) return;
  page.store.set({ picture: { ...picture, ...newsOf(event) } });
}

// The list changed on disk: forgets what was fetched but the pages around the picture, which are asked for again.
export async function reloadList(page: Page): Promise<void> {
  const { images, picture } = page.store.get();
  const near = picture === null ? 0 : Math.floor(picture.position / pageSize);
  const kept = [...images.pages.keys()].filter((number) => Math.abs(number - near) <= 1);
  page.store.set({
    images: { total: images.total, pages: new Map([...images.pages].filter(([n]) => kept.includes(n))) },
  });
  await Promise.all((kept.length > 0 ? kept : [near]).map((number) => loadPage(page, number, true)));
  const now = page.store.get();
  const position = now.picture === null ? null : indexOf(now.images, now.picture.name); // others may have come before it
  if (now.picture !== null && position !== null) page.store.set({ picture: { ...now.picture, position } });
}
