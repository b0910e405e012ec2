// Edits that are not on disk, and what can be done again of them, are in the window's storage, too: a page that is loaded
// again, or comes back after a crash, sends them.

import { asProblem } from '../../model/problem';
import { listOf, namesAfter } from '../../model/class-change';
import { text } from '../../text/en';
import { tell } from '../messages';
import type { Page } from '../page';
import { takeEdits } from './edit-queue';
import type { EditQueue, Undone, WaitingEdit } from './edit-queue-state';
import { withClasses } from './waiting-classes';

const storageKey = 'sam-annotator.edits';

function keyFor(page: Page): string {
  const { project } = page.store.get();
  return `${storageKey}:${project?.folder ?? project?.name ?? ''}`;
}

// Keeps what is not on disk in the window's storage, at once; and takes what an earlier page left there, unless that one is
// open: a copy of a tab comes with a copy of its storage, and both would send the same edits.
export async function keepEdits(
  page: Page,
  storage: Storage,
  isOpen: (window: string) => Promise<boolean> = async () => false,
): Promise<void> {
  const key = keyFor(page);
  const left = readEdits(storage.getItem(key));
  const isCopy = left !== null && left.window !== page.window && (await isOpen(left.window));
  if (isCopy) storage.removeItem(key);
  else if (left !== null) takeLeft(page, left);
  let kept = page.store.get().edits;
  const write = () => {
    const { edits, project } = page.store.get();
    const { waiting, refused, undone } = edits;
    if (waiting === kept.waiting && refused === kept.refused && undone === kept.undone) return;
    kept = edits;
    try {
      if (waiting.length + refused.length + undone.length === 0) return storage.removeItem(key);
      const classes = project?.classes.map(({ name }) => name) ?? [];
      storage.setItem(key, JSON.stringify({ window: page.window, classes, waiting, refused, undone } satisfies LeftEdits));
    } catch (error) {
      tell(page, 'warning', 'edit', text.saving.notKept, asProblem(error).message);
    }
  };
  page.store.subscribe(write);
}

// Classes may have been renamed while nobody looked.
function takeLeft(page: Page, left: LeftEdits): void {
  const classes = page.store.get().project?.classes ?? [];
  takeEdits(page, withClasses(left, classes, namesAfter(listOf(left.classes), classes, () => undefined)));
}

type LeftEdits = Pick<EditQueue, 'waiting' | 'refused' | 'undone'> & {
  readonly window: string;
  readonly classes: readonly string[]; // their names when the edits were made
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isEdit(value: unknown): value is WaitingEdit {
  if (!isObject(value)) return false;
  return [value['id'], value['name'], value['revision']].every((each) => typeof each === 'string') && isObject(value['edit']);
}

function isUndone(value: unknown): value is Undone {
  return isObject(value) && typeof value['name'] === 'string' && (value['edit'] === null || isEdit(value['edit']));
}

function readEdits(kept: string | null): LeftEdits | null {
  try {
    const { window = '', classes, waiting, refused, undone } = JSON.parse(kept ?? 'null') as Partial<LeftEdits>;
    return {
      window,
      classes: (classes ?? []).filter((name) => typeof name === 'string'),
      waiting: (waiting ?? []).filter(isEdit),
      refused: (refused ?? []).filter(isEdit),
      undone: (undone ?? []).filter(isUndone),
    };
  } catch {
    return null;
  }
}
