// Which class is which after the class list changed. Ids change when classes are merged, names when they are renamed.

import type { Class } from './wire';

// As the program numbers them.
export function listOf(names: readonly string[]): readonly Class[] {
  return names.map((name, id) => ({ id, name }));
}

// Each name that is gone, and the name it has now: what its job tells (changedTo), of a rename and of a merge. Where no
// job is known, a new name is the old one's only between classes that stay: at the end of the list the class may have been
// merged away, and another added.
export function namesAfter(
  before: readonly Class[],
  after: readonly Class[],
  changedTo: (gone: string) => string | undefined,
): ReadonlyMap<string, string> {
  const [old, now] = [new Set(before.map(({ name }) => name)), new Set(after.map(({ name }) => name))];
  const became = new Map<string, string>();
  before.forEach(({ name }, at) => {
    if (now.has(name)) return;
    const there = after[at]?.name;
    const isBetween = before.some((item, i) => i > at && item.name === after[i]?.name);
    const renamed = before.length === after.length && isBetween && there !== undefined && !old.has(there);
    const to = changedTo(name) ?? (renamed ? there : undefined);
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

// Names in their order, each once, as they are now.
export function renamedIn(names: readonly string[], became: ReadonlyMap<string, string>): readonly string[] {
  if (!names.some((name) => became.has(name))) return names;
  return [...new Set(names.map((name) => became.get(name) ?? name))];
}
