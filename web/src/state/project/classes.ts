// The class list: search, groups, and which classes the keys 1 to 9 choose. Pins and digits are kept by project in the
// preferences, by name: ids change when classes are merged.

import { leafOf, numberedOf, rowsOfList, slotsAfterUse, flatRows, digits, type ClassRow } from '../../model/class-rows';
import { renamedIn } from '../../model/class-change';
import type { Class } from '../../model/wire';
import { text } from '../../text/en';
import { announce } from '../messages';
import type { Page } from '../page';
import type { PageState } from '../page-state';
import { preferenceOf, setPreference } from '../preferences';

const sharedKey = 'classes'; // once all projects lay under it together; only read
const keyOfProject = 'classes:'; // each has its own, so that windows on two projects do not write over each other
const usedKept = 64;
const projectsKept = 200; // of some hundred bytes each; the program keeps 256 KiB

interface Kept {
  readonly pins: readonly string[];
  readonly slots: readonly string[];
  readonly day?: number; // of the last change, since 1970
}

const nothingKept: Readonly<Record<string, Kept>> = {};
const nothing: Kept = { pins: [], slots: [] };
const noNames: readonly string[] = [];
const noItems: readonly Class[] = [];

// Classes whose whole name contains every word of the query, those that begin with it first, then those whose last part
// does. The order is the list's own.
export function matching(classes: readonly Class[], query: string): readonly Class[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return classes;
  const whole = words.join(' ');
  const hits = classes.filter((item) => words.every((word) => item.name.toLowerCase().includes(word)));
  const begins = (item: Class) => item.name.toLowerCase().startsWith(whole);
  const leafBegins = (item: Class) => !begins(item) && leafOf(item.name.toLowerCase()).startsWith(whole);
  const others = hits.filter((item) => !begins(item) && !leafBegins(item));
  return [...hits.filter(begins), ...hits.filter(leafBegins), ...others];
}

function projectKey({ project }: PageState): string {
  return project?.folder ?? project?.name ?? '';
}

function names(value: unknown): readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string') ? value : noNames;
}

function keyOf(state: PageState): string {
  return keyOfProject + projectKey(state);
}

// What lies in the preferences, the same object as long as nothing changes.
function storedOf(state: PageState): Kept {
  const own = preferenceOf<Kept | null>(state, keyOf(state), null);
  return own ?? preferenceOf(state, sharedKey, nothingKept)[projectKey(state)] ?? nothing;
}

function keptOf(state: PageState): Kept {
  const kept = storedOf(state);
  return { pins: names(kept.pins), slots: names(kept.slots) };
}

function dayOf(value: unknown): number {
  const day = (value as Partial<Kept> | null)?.day;
  return typeof day === 'number' ? day : 0;
}

function keep(page: Page, change: Partial<Kept>): void {
  const state = page.store.get();
  const own = keyOf(state);
  const others = Object.entries(state.preferences).filter(
    ([key, value]) => key.startsWith(keyOfProject) && key !== own && value !== undefined,
  );
  const oldest = others.sort(([, a], [, b]) => dayOf(b) - dayOf(a)).slice(projectsKept - 1);
  for (const [key] of oldest) setPreference(page, key, undefined);
  setPreference(page, own, { ...keptOf(state), ...change, day: Math.floor(Date.now() / 86_400_000) });
}

// Classes have other names now.
export function followNames(page: Page, became: ReadonlyMap<string, string>): void {
  const state = page.store.get();
  const { pins, slots } = keptOf(state);
  const after = { pins: renamedIn(pins, became), slots: renamedIn(slots, became) };
  page.store.set({ classes: { ...state.classes, used: renamedIn(state.classes.used, became) } });
  if (after.pins !== pins || after.slots !== slots) keep(page, after);
}

interface Computed {
  readonly classes: readonly Class[];
  readonly kept: unknown;
  readonly project: string;
  readonly numbered: readonly Class[];
}

let newest: Computed | null = null; // components ask at each change of the state

// What the keys 1 to 9 choose, in their order.
export function numberedClasses(state: PageState): readonly Class[] {
  const classes = state.project?.classes ?? noItems;
  const kept = storedOf(state);
  const project = projectKey(state);
  if (newest?.classes !== classes || newest.kept !== kept || newest.project !== project) {
    const { pins, slots } = keptOf(state);
    newest = { classes, kept, project, numbered: numberedOf(classes, pins, slots) };
  }
  return newest.numbered;
}

export function isPinned(state: PageState, name: string): boolean {
  return keptOf(state).pins.includes(name);
}

function chosenClass(state: PageState): Class | undefined {
  return state.project?.classes.find(({ id }) => id === state.classId);
}

export function chosenIsPinned(state: PageState): boolean {
  const chosen = chosenClass(state);
  return chosen !== undefined && isPinned(state, chosen.name);
}

// Pins the chosen class, or takes its pin away.
export function togglePin(page: Page): void {
  const state = page.store.get();
  const chosen = chosenClass(state);
  if (chosen === undefined) return;
  const { pins } = keptOf(state);
  const present = pins.filter((name) => state.project?.classes.some((item) => item.name === name));
  if (pins.includes(chosen.name)) {
    keep(page, { pins: pins.filter((name) => name !== chosen.name) });
    announce(page, text.classes.unpinned(chosen.name));
  } else if (present.length >= digits) {
    announce(page, text.classes.allPinned);
  } else {
    keep(page, { pins: [...present, chosen.name] });
    announce(page, text.classes.pinned(chosen.name, present.length + 1));
  }
}

// An object was given this class.
export function noteUse(page: Page, classId: number): void {
  const state = page.store.get();
  const classes = state.project?.classes ?? noItems;
  const name = classes.find(({ id }) => id === classId)?.name;
  if (name === undefined) return;
  const { pins, slots } = keptOf(state);
  const { used } = state.classes;
  const after = slotsAfterUse(classes, pins, slots, used, name);
  const changed = after.includes(name) && !numberedClasses(state).some((item) => item.name === name);
  page.store.set({
    classes: { ...state.classes, used: [...used.filter((other) => other !== name), name].slice(-usedKept) },
  });
  if (changed) keep(page, { slots: after });
}

export function toggleGroup(page: Page, path: string): void {
  const { classes } = page.store.get();
  const folded = new Set(classes.folded);
  if (!folded.delete(path)) folded.add(path);
  page.store.set({ classes: { ...classes, folded } });
}

export function chooseClass(page: Page, item: Class | undefined): void {
  if (item === undefined) return;
  page.store.set({ classId: item.id });
  announce(page, text.classes.chosen(item.name));
}

export function classRows(state: PageState): readonly ClassRow[] {
  const classes = state.project?.classes ?? noItems;
  if (state.classQuery.trim() !== '') return flatRows(matching(classes, state.classQuery));
  return rowsOfList(classes, numberedClasses(state), state.classes.folded);
}

// In the order of the list, each once: what the arrows go through.
export function shownClasses(page: Page): readonly Class[] {
  const rows = classRows(page.store.get());
  const all = rows.filter((row) => row.kind === 'class');
  const once = rows.some((row) => row.kind === 'head') ? all.filter((row) => !row.numbered) : all;
  return once.map((row) => row.item);
}

// What is searched for, or null: nothing any more. The chosen class stays until one that was found is chosen.
export function searchClasses(page: Page, query: string | null): void {
  const found = matching(page.store.get().project?.classes ?? noItems, query ?? '');
  page.store.set({ classQuery: query ?? '', classMarked: query?.trim() ? (found[0]?.id ?? null) : null });
}

export function moveMark(page: Page, by: number): void {
  const { classMarked, classId } = page.store.get();
  const shown = shownClasses(page);
  const at = shown.findIndex(({ id }) => id === (classMarked ?? classId));
  const to = at < 0 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1);
  const marked = shown[to];
  if (marked === undefined) return;
  page.store.set({ classMarked: marked.id });
}

export function chooseMarked(page: Page): void {
  const { project, classMarked } = page.store.get();
  chooseClass(page, project?.classes.find(({ id }) => id === classMarked));
}

export function moveClass(page: Page, by: number): void {
  const shown = shownClasses(page);
  const at = shown.findIndex((item) => item.id === page.store.get().classId);
  const to = at < 0 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1);
  chooseClass(page, shown[to]);
}

export function chooseNumbered(page: Page, number: number): void {
  chooseClass(page, numberedClasses(page.store.get())[number - 1]);
}
