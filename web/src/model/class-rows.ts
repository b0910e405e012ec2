// The class list as it is drawn: the numbered classes first, then all, in groups by the "/" of their names.

import type { Class } from './wire';

export type ClassRow =
  | { readonly kind: 'class'; readonly item: Class; readonly label: string; readonly depth: number; readonly numbered: boolean }
  | { readonly kind: 'group'; readonly path: string; readonly label: string; readonly depth: number; readonly size: number }
  | { readonly kind: 'head' }; // between the numbered ones and all

interface Group {
  readonly path: string;
  readonly label: string;
  readonly entries: (Class | Group)[]; // in the order in which each is met first
  readonly groups: Map<string, Group>;
  size: number; // classes in it, at any depth
}

// "animal/dog" is dog in animal; a name with an empty part is a name and no path.
function partsOf(name: string): readonly string[] {
  return hasEmptyPart(name) ? [name] : name.split('/');
}

// "animal/", "/dog", "a//b": it would stand in no group, or be no class of one.
export function hasEmptyPart(name: string): boolean {
  return name.split('/').some((part) => part.trim() === '');
}

// The groups that a class stands in: "a", "a/b" of "a/b/c".
export function groupsOf(name: string): readonly string[] {
  const parts = partsOf(name).slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

// What the list shows of a name within its group.
export function leafOf(name: string): string {
  return partsOf(name).at(-1)!;
}

function newGroup(path: string, label: string): Group {
  return { path, label, entries: [], groups: new Map(), size: 0 };
}

function grouped(classes: readonly Class[]): Group {
  const root = newGroup('', '');
  for (const item of classes) {
    let at = root;
    at.size += 1;
    for (const part of partsOf(item.name).slice(0, -1)) {
      const path = at.path === '' ? part : `${at.path}/${part}`;
      const known = at.groups.get(part);
      const group = known ?? newGroup(path, part);
      if (known === undefined) {
        at.groups.set(part, group);
        at.entries.push(group);
      }
      at = group;
      at.size += 1;
    }
    at.entries.push(item);
  }
  return root;
}

export function hasGroups(classes: readonly Class[]): boolean {
  return classes.some(({ name }) => partsOf(name).length > 1);
}

function rowsOf(group: Group, depth: number, folded: ReadonlySet<string>, rows: ClassRow[]): void {
  for (const entry of group.entries) {
    if ('id' in entry) {
      rows.push({ kind: 'class', item: entry, label: leafOf(entry.name), depth, numbered: false });
      continue;
    }
    rows.push({ kind: 'group', path: entry.path, label: entry.label, depth, size: entry.size });
    if (!folded.has(entry.path)) rowsOf(entry, depth + 1, folded, rows);
  }
}

// All classes, without those in folded groups.
export function treeRows(classes: readonly Class[], folded: ReadonlySet<string>): readonly ClassRow[] {
  const rows: ClassRow[] = [];
  rowsOf(grouped(classes), 0, folded, rows);
  return rows;
}

export function flatRows(classes: readonly Class[], numbered = false): readonly ClassRow[] {
  return classes.map((item) => ({ kind: 'class', item, label: item.name, depth: 0, numbered }));
}

export const digits = 9;

// A list no longer than the digits stands once, the pinned classes at its top. So does one whose digits are those of its
// first rows: nothing was pinned or used yet.
export function rowsOfList(
  classes: readonly Class[],
  numbered: readonly Class[],
  folded: ReadonlySet<string>,
): readonly ClassRow[] {
  if (classes.length <= digits) return flatRows(numbered, true);
  const all = treeRows(classes, folded);
  const asListed = numbered.every((item, i) => {
    const row = all[i];
    return row?.kind === 'class' && row.item === item;
  });
  return asListed ? all : [...flatRows(numbered, true), { kind: 'head' }, ...all];
}

// The classes on the keys 1 to 9: the pinned ones, then those that were there before, then the first of the list. A
// class that has a digit keeps it: the hand remembers.
export function numberedOf(
  classes: readonly Class[],
  pins: readonly string[],
  slots: readonly string[],
): readonly Class[] {
  const byName = new Map(classes.map((item) => [item.name, item]));
  const names = new Set([...pins, ...slots]);
  const chosen = [...names].map((name) => byName.get(name)).filter((item) => item !== undefined);
  const others = classes.filter(({ name }) => !names.has(name));
  return [...chosen, ...others].slice(0, digits);
}

// A class without a digit was used: it takes the digit of the class that was not used for longest, of those never used
// the first. used: names, the newest last.
export function slotsAfterUse(
  classes: readonly Class[],
  pins: readonly string[],
  slots: readonly string[],
  used: readonly string[],
  name: string,
): readonly string[] {
  const unpinned = numberedOf(classes, pins, slots)
    .map((item) => item.name)
    .filter((other) => !pins.includes(other));
  if (unpinned.includes(name) || pins.slice(0, digits).includes(name)) return unpinned;
  const ages = unpinned.map((other) => used.lastIndexOf(other)); // -1: never
  const oldest = ages.indexOf(Math.min(...ages));
  return unpinned.map((other, i) => (i === oldest ? name : other));
}
