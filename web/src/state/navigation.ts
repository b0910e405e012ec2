// Which picture is on screen. The one before stays until the next is decoded; a mask not yet added is never dropped
// unasked.

import { fit } from '../geometry/viewport';
import { asProblem, isAbort, Problem } from '../model/problem';
import type { Picture } from '../model/wire';
import {
  entryAt,
  fetchEntry,
  indexOf,
  loadPage,
  pageSize,
  patchByName,
  refreshEntry,
  withNewestEncoding,
} from './image-list';
import { announce, settled, tell, tellError } from './messages';
import { enqueue, type Page } from './page';
import { clearPrompt, hasPrompt } from './prompting';

// Runs proceed at once, or after the person decided what becomes of the mask on screen.
export function afterPrompt(page: Page, proceed: () => void): void {
  if (hasPrompt(page.store.get())) page.store.set({ dialog: { kind: 'pending', proceed } });
  else proceed();
}

function take(page: Page, picture: Picture): void {
  clearPrompt(page);
  settled(page, 'open', 'edit', 'connection');
  const { screen } = page.store.get();
  page.store.set({
    picture,
    opening: null,
    selection: new Set(),
    adding: [],
    dismissed: new Set(),
    viewport: fit(picture, screen),
    fitted: true,
  });
  patchByName(page, picture.name, { encoding: picture.encoding, annotation_count: picture.annotations.length });
  announce(page, `Image ${picture.position + 1}, ${picture.name}, ${picture.annotations.length} annotations`);
}

function warmNeighbours(page: Page, position: number): void {
  for (const index of [position + 1, position - 1]) {
    const entry = entryAt(page.store.get().images, index);
    if (entry !== undefined && entry.state !== 'broken') page.proxies.warm(entry.name);
  }
}

// Resolves to whether the picture is on screen. A newer open stops an older one. Throws Problem.
export async function open(page: Page, name: string): Promise<boolean> {
  page.openAbort?.abort();
  const abort = new AbortController();
  page.openAbort = abort;
  const asked = page.now();
  page.store.set({ opening: { name, since: asked } });
  try {
    const show = enqueueShow(page, name, abort.signal);
    const [picture] = await Promise.all([show, page.proxies.show(name, abort.signal)]);
    if (page.openAbort !== abort) return false;
    take(page, withNewestEncoding(page, picture, asked));
    loadPage(page, Math.floor(picture.position / pageSize))
      .then(() => warmNeighbours(page, picture.position))
      .catch((error: unknown) => tellError(page, 'list', error));
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

export function goTo(page: Page, name: string): void {
  if (page.store.get().picture?.name === name) return;
  afterPrompt(page, () => {
    open(page, name).catch((error: unknown) => broken(page, name, error));
  });
}

function broken(page: Page, name: string, error: unknown): void {
  tellError(page, 'open', error);
  const index = indexOf(page.store.get().images, name);
  if (index !== null) refreshEntry(page, index).catch(() => undefined);
}

function position(page: Page): number {
  const { picture, opening, images } = page.store.get();
  const heading = opening === null ? null : indexOf(images, opening.name);
  return heading ?? picture?.position ?? -1;
}

// The next picture in a direction that can be opened; broken ones are passed over.
async function walk(page: Page, step: 1 | -1): Promise<void> {
  let index = position(page);
  for (;;) {
    index += step;
    const { images } = page.store.get();
    if (index < 0 || (images.total > 0 && index >= images.total)) {
      announce(page, step > 0 ? 'This is the last image' : 'This is the first image');
      tell(page, 'info', 'open', step > 0 ? 'This is the last image' : 'This is the first image');
      return;
    }
    const entry = await fetchEntry(page, index);
    if (entry === undefined) return;
    if (entry.state === 'broken') continue;
    try {
      await open(page, entry.name);
      return;
    } catch (error) {
      if (asProblem(error).status !== 422) throw error;
      await refreshEntry(page, index); // found broken only now: pass it over, too
      if (entryAt(page.store.get().images, index)?.state !== 'broken') throw error;
    }
  }
}

export function go(page: Page, step: 1 | -1): void {
  afterPrompt(page, () => {
    walk(page, step).catch((error: unknown) => tellError(page, 'open', error));
  });
}

const scanSize = 1000;

// By number (from 1), exact name, or the first name after this picture that contains the text.
async function find(page: Page, text: string): Promise<string | null> {
  const total = page.store.get().images.total;
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    if (number >= 1 && number <= total) return (await fetchEntry(page, number - 1))?.name ?? null;
  }
  const wanted = text.toLowerCase();
  const start = Math.max(0, (page.store.get().picture?.position ?? -1) + 1);
  for (let seen = 0; seen < total + scanSize; seen += scanSize) {
    const offset =
      (Math.floor(start / scanSize) * scanSize + seen) % Math.max(scanSize, Math.ceil(total / scanSize) * scanSize);
    const { images } = await page.api.images(offset, scanSize);
    const hit = images.find(
      (entry, i) => entry.name.toLowerCase().includes(wanted) && (seen > 0 || offset + i >= start),
    );
    if (hit !== undefined) return hit.name;
  }
  return null;
}

// Resolves to what to tell the person, or null once under way.
export async function jump(page: Page, text: string): Promise<string | null> {
  const wanted = text.trim();
  if (wanted === '') return 'Type a number or a part of a name.';
  try {
    const name = await find(page, wanted);
    if (name === null) return `No image has this number or name. There are ${page.store.get().images.total}.`;
    page.store.set({ dialog: null });
    goTo(page, name);
    return null;
  } catch (error) {
    return error instanceof Problem ? error.message : String(error);
  }
}
