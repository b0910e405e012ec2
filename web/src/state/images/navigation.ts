// Which picture is on screen. The one before stays until the next is decoded; a mask not yet added is never dropped
// unasked.

import { fit } from '../../geometry/viewport';
import { isFiltered } from '../../model/filter';
import { asProblem, isAbort, Problem } from '../../model/problem';
import type { ImageEntry, ImageFilter, Picture } from '../../model/wire';
import { text } from '../../text/en';
import {
  entryAt,
  entryOf,
  fetchEntry,
  findRow,
  patchByName,
  refreshEntry,
  reloadList,
  withNewestEncoding,
} from './image-list';
import { pictureToShow } from '../editing/edit-queue';
import { announce, settled, tell, tellError } from '../messages';
import { enqueue, type Page } from '../page';
import { leaveCrossBehind } from '../prompting/cross';
import { clearPrompt, hasPrompt, isAsStored, putOff } from '../prompting/prompting';

// Runs proceed at once, or after the person decided what becomes of the mask on screen.
export function afterPrompt(page: Page, proceed: () => void): void {
  if (putOff(page, () => afterPrompt(page, proceed))) return;
  if (isAsStored(page.store.get())) clearPrompt(page);
  if (hasPrompt(page.store.get())) page.store.set({ dialog: { kind: 'pending', proceed } });
  else proceed();
}

function take(page: Page, picture: Picture): void {
  clearPrompt(page);
  const lost = leaveCrossBehind(page, picture.name);
  settled(page, 'open', 'edit', 'connection');
  const { screen } = page.store.get();
  page.store.set({
    ...pictureToShow(page, picture),
    opening: null,
    selection: new Set(),
    dismissed: new Set(),
    viewport: fit(picture, screen),
    fitted: true,
  });
  patchByName(page, picture.name, { encoding: picture.encoding, annotation_count: picture.annotations.length });
  const shown = text.images.shown(picture.position + 1, picture.name, picture.annotations.length);
  announce(page, `${lost} ${shown}`.trim());
}

function warmNeighbours(page: Page, row: number | null): void {
  if (row === null) return;
  for (const index of [row + 1, row - 1]) {
    const entry = entryAt(page.store.get().images, index);
    if (entry !== undefined && entry.state !== 'broken') page.proxies.warm(entry.name);
  }
}

// The list around the picture on screen, with what edits changed in it.
async function lookAround(page: Page, { name, position }: Picture): Promise<void> {
  if (page.store.get().images.stale) await reloadList(page);
  warmNeighbours(page, await findRow(page, name, position));
}

// Resolves to whether the picture is on screen. position: where the picture is, if that is known. A newer open stops an older one. Throws Problem.
export async function open(page: Page, name: string, position: number | null = null): Promise<boolean> {
  page.openAbort?.abort();
  const abort = new AbortController();
  page.openAbort = abort;
  const asked = page.now();
  page.store.set({ opening: { name, position, since: asked } });
  try {
    const show = enqueueShow(page, name, abort.signal);
    const [picture] = await Promise.all([show, page.proxies.show(name, abort.signal)]);
    if (page.openAbort !== abort) return false;
    take(page, withNewestEncoding(page, picture, asked));
    lookAround(page, picture).catch((error: unknown) => tellError(page, 'list', error));
    return true;
  } catch (error) {
    if (page.openAbort !== abort || isAbort(error)) return false;
    abort.abort();
    page.store.set({ opening: null });
    throw error;
  }
}

// Edits still on their way are stored before the program hears of the next picture.
async function enqueueShow(page: Page, name: string, signal: AbortSignal): Promise<Picture> {
  let picture: Picture | null = null;
  await enqueue(page, async () => {
    signal.throwIfAborted();
    picture = await page.api.show(name, signal);
  });
  return picture!;
}

export function goTo(page: Page, name: string, at: number | null = null): void {
  if (page.store.get().picture?.name === name) return;
  afterPrompt(page, () => {
    open(page, name, at).catch((error: unknown) => broken(page, name, error));
  });
}

function broken(page: Page, name: string, error: unknown): void {
  tellError(page, 'open', error);
  const entry = entryOf(page.store.get().images, name);
  if (entry !== undefined) refreshEntry(page, entry.position).catch(() => undefined);
}

// In the whole list, of the picture that will be on screen; -1: of none.
function position(page: Page): number {
  const { picture, opening, images } = page.store.get();
  const heading = opening === null ? null : (opening.position ?? entryOf(images, opening.name)?.position ?? null);
  return heading ?? picture?.position ?? -1;
}

// The first image after a position, or before it, that passes a filter and can be opened.
export async function seek(page: Page, from: number, step: 1 | -1, filter: ImageFilter): Promise<ImageEntry | null> {
  if (from < 0) {
    const first = (await page.api.images(0, 1, filter)).images[0];
    return first === undefined || first.state !== 'broken' ? (first ?? null) : seek(page, first.position, step, filter);
  }
  if (isFiltered(filter)) return page.api.nextImage(from, step, filter);
  for (let index = from + step; index >= 0; index += step) {
    const { images } = page.store.get();
    if (images.total > 0 && index >= images.total) return null;
    const entry = await fetchEntry(page, index);
    if (entry === undefined) return null;
    if (entry.state !== 'broken') return entry;
  }
  return null;
}

// Resolves to whether there was one. Pictures found broken only now are passed over, too.
async function walk(page: Page, start: number, step: 1 | -1, filter: ImageFilter): Promise<boolean> {
  for (let from = start; ; ) {
    const entry = await seek(page, from, step, filter);
    if (entry === null) return false;
    try {
      await open(page, entry.name, entry.position);
      return true;
    } catch (error) {
      if (asProblem(error).status !== 422) throw error;
      if ((await refreshEntry(page, entry.position))?.state !== 'broken') throw error;
      from = entry.position;
    }
  }
}

function sayEnd(page: Page, title: string): void {
  announce(page, title);
  tell(page, 'info', 'open', title);
}

// To the image beside this one, of those that pass the filter.
export function go(page: Page, step: 1 | -1): void {
  afterPrompt(page, () => {
    const { filter } = page.store.get().images;
    const words = isFiltered(filter) ? text.images.endOfFilter : text.images.end;
    walk(page, position(page), step, filter)
      .then((found) => found || sayEnd(page, words(step)))
      .catch((error: unknown) => tellError(page, 'open', error));
  });
}

const unlabelled: ImageFilter = { states: ['new'] };

// To the next image that nobody has labelled, whatever the filter; after the last one comes the first.
export function goToNew(page: Page, step: 1 | -1): void {
  afterPrompt(page, () => {
    const search = async () => {
      if (await walk(page, position(page), step, unlabelled)) return;
      if (step < 0) return sayEnd(page, text.images.noneNewBefore);
      if (!(await walk(page, -1, 1, unlabelled))) sayEnd(page, text.images.noneNew);
    };
    search().catch((error: unknown) => tellError(page, 'open', error));
  });
}

// By number from 1, of the whole project.
async function numbered(page: Page, wanted: string): Promise<ImageEntry | null> {
  const number = /^\d{1,9}$/.test(wanted) ? Number(wanted) : 0;
  if (number < 1 || number > page.store.get().images.all) return null;
  return (await page.api.images(number - 1, 1)).images[0] ?? null;
}

export interface Suggestions {
  readonly entries: readonly ImageEntry[]; // the one with this number first
  readonly more: number; // that have the text in their name, too
}

const suggested = 40;

// What the person may mean, of the whole project.
export async function suggest(page: Page, typed: string): Promise<Suggestions> {
  const wanted = typed.trim();
  if (wanted === '') return { entries: [], more: 0 };
  const [byNumber, named] = await Promise.all([
    numbered(page, wanted),
    page.api.images(0, suggested, { text: wanted }),
  ]);
  const others = named.images.filter((entry) => entry.name !== byNumber?.name);
  const more = Math.max(0, named.total - named.images.length);
  return { entries: byNumber === null ? others : [byNumber, ...others], more };
}

// By number, or the first name after this picture that contains the text; after the last one comes the first.
async function find(page: Page, wanted: string): Promise<ImageEntry | null> {
  const filter = { text: wanted };
  const byNumber = await numbered(page, wanted);
  const found = byNumber ?? (await seek(page, position(page), 1, filter)) ?? (await seek(page, -1, 1, filter));
  return found ?? (await page.api.images(0, 1, filter)).images[0] ?? null; // one that cannot be opened
}

export function whyBroken({ name, reason = '' }: ImageEntry): string {
  return text.images.cannotOpen(name, reason);
}

// Resolves to what to tell the person, or null once under way.
export async function jump(page: Page, typed: string): Promise<string | null> {
  const wanted = typed.trim();
  if (wanted === '') return text.images.typeSomething;
  try {
    const entry = await find(page, wanted);
    if (entry === null) return text.images.noSuch(page.store.get().images.all);
    if (entry.state === 'broken') return whyBroken(entry);
    page.store.set({ dialog: null });
    goTo(page, entry.name, entry.position);
    return null;
  } catch (error) {
    return error instanceof Problem ? error.message : String(error);
  }
}
