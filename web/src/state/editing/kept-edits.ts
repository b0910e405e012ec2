// Edits that are not on disk are in the window's storage, too: a page that is loaded again, or comes back after a crash,
// sends them.

import { asProblem } from '../../model/problem';
import { text } from '../../text/en';
import { tell } from '../messages';
import type { Page } from '../page';
import { takeEdits } from './edit-queue';
import type { EditQueue, WaitingEdit } from './edit-queue-state';

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
  else if (left !== null) takeEdits(page, left);
  let kept = page.store.get().edits;
  const write = () => {
    const { edits } = page.store.get();
    if (edits.waiting === kept.waiting && edits.refused === kept.refused) return;
    kept = edits;
    try {
      if (edits.waiting.length === 0 && edits.refused.length === 0) storage.removeItem(key);
      else storage.setItem(key, JSON.stringify({ window: page.window, waiting: edits.waiting, refused: edits.refused }));
    } catch (error) {
      tell(page, 'warning', 'edit', text.saving.notKept, asProblem(error).message);
    }
  };
  page.store.subscribe(write);
}

function isEdit(value: unknown): value is WaitingEdit {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, revision, edit } = value as Record<string, unknown>;
  return [id, name, revision].every((each) => typeof each === 'string') && typeof edit === 'object' && edit !== null;
}

type LeftEdits = Pick<EditQueue, 'waiting' | 'refused'> & { readonly window: string };

function readEdits(kept: string | null): LeftEdits | null {
  try {
    const { window = '', waiting, refused } = JSON.parse(kept ?? 'null') as Partial<LeftEdits>;
    return { window, waiting: (waiting ?? []).filter(isEdit), refused: (refused ?? []).filter(isEdit) };
  } catch {
    return null;
  }
}
