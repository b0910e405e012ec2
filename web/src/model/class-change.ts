// Which class is which after the class list changed. Ids change when classes are merged, names when they are renamed.

import type { Class } from './wire';

// Each name that is gone, and the name of the class that took its place: a rename changes a name where it stands, of a
// merge only its job tells (mergedInto).
export function namesAfter(
  before: readonly Class[],
  after: readonly Class[],
  mergedInto: (gone: string) => string | undefined,
): ReadonlyMap<string, string> {
  const [old, now] = [new Set(before.map(({ name }) => name)), new Set(after.map(({ name }) => name))];
  const became = new Map<string, string>();
  before.forEach(({ name }, at) => {
    if (now.has(name)) return;
    const there = after[at]?.name;
    const renamed = before.length === after.length && there !== undefined && !old.has(there);
    const to = renamed ? there : mergedInto(name);
    if (to !== undefined && now.has(to)) became.set(name, to);
  });
  return became;
}

// null: the class is gone, and nobody knows into which.
export function idAfter(
  before: readonly Class[],
  after: readonly Class[],
  became: ReadonlyMap<string, string>,
  id: number | null,
): number | null {
  const name = before.find((item) => item.id === id)?.name;
  const wanted = name === undefined ? undefined : (became.get(name) ?? name);
  return after.find((item) => (wanted === undefined ? item.id === id : item.name === wanted))?.id ?? null;
}

// The class that had this id and name when the list was so long. null: it is gone.
export function idOnReturn(after: readonly Class[], id: number, name: string, count: number): number | null {
  const found = after.find((item) => item.name === name);
  if (found !== undefined) return found.id;
  const there = after.find((item) => item.id === id);
  return after.length === count && there !== undefined ? id : null; // renamed
}

// Names in their order, each once, as they are now.
export function renamedIn(names: readonly string[], became: ReadonlyMap<string, string>): readonly string[] {
  if (!names.some((name) => became.has(name))) return names;
  return [...new Set(names.map((name) => became.get(name) ?? name))];
}
