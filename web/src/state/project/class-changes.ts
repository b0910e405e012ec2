// The class list changed, here or in another window: what was chosen, listed, pinned and numbered is of the same classes
// as before.

import { idAfter, listOf, namesAfter } from '../../model/class-change';
import { groupsOf } from '../../model/class-rows';
import { changed } from '../../model/filter';
import type { Class, Job, Project } from '../../model/wire';
import type { Page } from '../page';
import type { PageState } from '../page-state';
import { followClasses } from '../editing/edit-queue';
import { loadPreferences } from '../preferences';
import { followNames } from './classes';

// The list itself does not tell what became of a class; the newest job that changed it does.
function changedTo({ jobs }: PageState, gone: string): string | undefined {
  const isIt = ({ changes_project, state, class_before }: Job) =>
    changes_project && state !== 'failed' && state !== 'cancelled' && class_before === gone;
  return jobs.list.find(isIt)?.class_after;
}

const added = new WeakMap<Page, string>(); // here, and not in the list yet

// A class that is added here is the chosen one as soon as it is there, and in sight.
export function chooseWhenAdded(page: Page, name: string): void {
  added.set(page, name);
}

function takeAdded(page: Page, after: readonly Class[]): Partial<PageState> {
  const found = after.find(({ name }) => name === added.get(page));
  if (found === undefined) return {};
  added.delete(page);
  const { classes } = page.store.get();
  const groups = new Set(groupsOf(found.name));
  const folded = new Set([...classes.folded].filter((path) => !groups.has(path)));
  return { classId: found.id, classQuery: '', classMarked: null, classes: { ...classes, folded } };
}

// Takes the project as the program has it, and all that hangs on its classes.
export function takeProject(page: Page, project: Project): void {
  const state = page.store.get();
  const { images, classId } = state;
  const known = state.project !== null;
  const [before, after] = [state.project?.classes ?? project.classes, project.classes];
  const became = namesAfter(before, after, (gone) => changedTo(state, gone));
  const { classId: listed } = images.filter;
  const lists = known && listed !== undefined ? (idAfter(before, after, became, listed) ?? undefined) : listed;
  page.store.set({
    project,
    classId: known && classId !== null ? idAfter(before, after, became, classId) : (classId ?? after[0]?.id ?? null),
    ...(became.size > 0 || before.length !== after.length ? { classMarked: null } : {}),
    ...(lists === listed ? {} : { images: { ...images, filter: changed(images.filter, { classId: lists }), pages: new Map() } }),
    ...takeAdded(page, after),
  });
  followClasses(page, became);
  // Another window may have pinned others since.
  if (became.size > 0) void loadPreferences(page).then(() => followNames(page, became));
}

// What a window remembers over a reload beside the ids, which may mean other classes then.
export interface KeptClasses {
  readonly names: readonly string[];
  readonly chosen: string | null;
  readonly listed: string | null;
}

export function classesToKeep({ project, classId, images }: PageState): KeptClasses {
  const classes = project?.classes ?? [];
  const nameOf = (wanted: number | null | undefined) => classes.find(({ id }) => id === wanted)?.name ?? null;
  return { names: classes.map(({ name }) => name), chosen: nameOf(classId), listed: nameOf(images.filter.classId) };
}

// After the project is there. A class that is gone leaves none chosen, lest objects get another one unnoticed.
export function findClassesAgain(page: Page, { names = [], chosen, listed }: KeptClasses): void {
  const { project, classId, images } = page.store.get();
  const classes = project?.classes ?? [];
  const became = namesAfter(listOf(names), classes, () => undefined);
  const idOf = (name: string) => classes.find((item) => item.name === (became.get(name) ?? name))?.id;
  const lists = listed === null ? images.filter.classId : idOf(listed);
  page.store.set({
    classId: chosen === null ? (classId ?? classes[0]?.id ?? null) : (idOf(chosen) ?? null),
    ...(lists === images.filter.classId ? {} : { images: { ...images, filter: changed(images.filter, { classId: lists }) } }),
  });
}
