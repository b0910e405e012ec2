// The class list: search, choice by keys.

import type { Class } from '../model/wire';
import { announce } from './messages';
import type { Page } from './page';

// Classes whose name contains every word of the query, those that begin with it first. The order is the list's own.
export function matching(classes: readonly Class[], query: string): readonly Class[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return classes;
  const whole = words.join(' ');
  const hits = classes.filter((item) => words.every((word) => item.name.toLowerCase().includes(word)));
  const begins = (item: Class) => item.name.toLowerCase().startsWith(whole);
  return [...hits.filter(begins), ...hits.filter((item) => !begins(item))];
}

export function chooseClass(page: Page, item: Class | undefined): void {
  if (item === undefined) return;
  page.store.set({ classId: item.id });
  announce(page, `Class ${item.name}`);
}

export function shownClasses(page: Page): readonly Class[] {
  const { project, classQuery } = page.store.get();
  return matching(project?.classes ?? [], classQuery);
}

export function moveClass(page: Page, by: number): void {
  const shown = shownClasses(page);
  const at = shown.findIndex((item) => item.id === page.store.get().classId);
  const to = at < 0 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1);
  chooseClass(page, shown[to]);
}

export function chooseNumbered(page: Page, number: number): void {
  chooseClass(page, page.store.get().numbered[number - 1]);
}
