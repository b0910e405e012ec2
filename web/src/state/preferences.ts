// What the person's choices are, over restarts, browsers and projects: one JSON object kept by the program. Values are
// shown at once and written a moment later, in one write at a time. A program that cannot keep them costs a message.

import { asProblem } from '../model/problem';
import { tell } from './messages';
import type { Page } from './page';
import type { PageState } from './page-state';
import { text } from '../text/en';

export type Preferences = Readonly<Record<string, unknown>>;

const restMs = 300;

interface Writing {
  readonly changed: Map<string, unknown>; // not yet kept by the program
  timer: ReturnType<typeof setTimeout> | null;
  running: boolean;
  told: boolean; // that they cannot be kept
}

const writings = new WeakMap<Page, Writing>();

function writingOf(page: Page): Writing {
  const writing = writings.get(page) ?? { changed: new Map(), timer: null, running: false, told: false };
  writings.set(page, writing);
  return writing;
}

function isObject(value: unknown): value is Preferences {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function failed(page: Page, error: unknown): void {
  const writing = writingOf(page);
  if (writing.told) return;
  writing.told = true;
  tell(page, 'warning', 'note', text.frame.preferencesNotKept, asProblem(error).message);
}

// Own changes made meanwhile stay.
function take(page: Page, kept: unknown): void {
  const values = isObject(kept) ? kept : {};
  page.store.set({ preferences: { ...values, ...Object.fromEntries(writingOf(page).changed) } });
}

export async function loadPreferences(page: Page): Promise<void> {
  try {
    take(page, await page.api.preferences());
  } catch (error) {
    failed(page, error);
  }
}

function isLike(value: unknown, fallback: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (fallback === null || fallback === undefined) return true;
  return typeof value === typeof fallback && Array.isArray(value) === Array.isArray(fallback);
}

// The value of a key; the fallback where there is none, or one of another kind. For components: give a fallback that
// stays the same object.
export function preferenceOf<T>({ preferences }: PageState, key: string, fallback: T): T {
  const value = preferences[key];
  return isLike(value, fallback) ? (value as T) : fallback;
}

export function preference<T>(page: Page, key: string, fallback: T): T {
  return preferenceOf(page.store.get(), key, fallback);
}

// undefined removes the key.
export function setPreference(page: Page, key: string, value: unknown): void {
  const writing = writingOf(page);
  writing.changed.set(key, value);
  page.store.set({ preferences: { ...page.store.get().preferences, [key]: value } });
  writing.timer ??= setTimeout(() => void write(page), restMs);
}

// Another window may have written other keys since: only those changed here are replaced.
async function write(page: Page): Promise<void> {
  const writing = writingOf(page);
  if (writing.timer !== null) clearTimeout(writing.timer);
  writing.timer = null;
  if (writing.running || writing.changed.size === 0) return;
  writing.running = true;
  const sent = new Map(writing.changed);
  try {
    const kept = await page.api.preferences();
    const wanted = { ...(isObject(kept) ? kept : {}), ...Object.fromEntries(sent) };
    await page.api.setPreferences(wanted);
    for (const [key, value] of sent) if (writing.changed.get(key) === value) writing.changed.delete(key);
    writing.told = false;
    take(page, wanted);
  } catch (error) {
    failed(page, error);
    writing.running = false; // what is left goes with the next change
    return;
  }
  writing.running = false;
  if (writing.changed.size > 0) writing.timer ??= setTimeout(() => void write(page), restMs);
}

// The window closes: what is left is sent without a wait.
export function writePreferencesNow(page: Page): void {
  if (writingOf(page).changed.size === 0) return;
  void page.api.setPreferences(page.store.get().preferences).catch(() => undefined);
}
