// Edits of the annotations. They go to the program one after another, each naming the revision it was made on; what the
// program acknowledged is on disk. Another window's save is never overwritten.

import { emptyHistory, storedOf } from '../model/prompt';
import { isConflict } from '../model/problem';
import { reused } from '../model/reuse';
import type { Annotation, Candidate, ChangedEvent, Edit, Picture } from '../model/wire';
import { noteUse } from './classes';
import { entryOf, patchByName, refreshEntry, withNewestEncoding } from './image-list';
import { refusedWhileBusy } from './jobs';
import { announce, settled, tell, tellError } from './messages';
import { enqueue, type Page } from './page';
import { clearPrompt, preview } from './prompting';
import { takeSeconds } from './work-clock';
import { text } from '../text/en';

// asked: when the picture was asked for.
export function takePicture(page: Page, answer: Picture, asked: number): void {
  const newest = withNewestEncoding(page, answer, asked);
  const state = page.store.get();
  if (state.picture?.name !== newest.name) return;
  const picture = { ...newest, annotations: reused(state.picture.annotations, newest.annotations) };
  const ids = new Set(picture.annotations.map((annotation) => annotation.id));
  const left = [...state.selection].filter((id) => ids.has(id));
  const selection = left.length === state.selection.size ? state.selection : new Set(left);
  page.store.set({ picture, selection });
  patchByName(page, picture.name, { annotation_count: picture.annotations.length, encoding: picture.encoding });
  refreshEntry(page, picture.position).catch(() => undefined); // the list is asked again at the next look
}

export async function reloadPicture(page: Page): Promise<void> {
  const { picture } = page.store.get();
  const asked = page.now();
  if (picture !== null) takePicture(page, await page.api.picture(picture.name), asked);
}

async function conflict(page: Page): Promise<void> {
  await reloadPicture(page);
  tell(
    page,
    'warning',
    'edit',
    'Another window changed this image',
    'Your last edit was not applied. The annotations shown are the newest; make the edit again if it is still needed.',
  );
}

// An edit, or what makes it when those before it are stored; null: it has become pointless.
export type Change = Edit | (() => Edit | null);

// Resolves to whether the edit was stored.
async function send(page: Page, name: string, change: Change): Promise<boolean> {
  if (refusedWhileBusy(page)) return false;
  let stored = false;
  const edit_id = `${page.window}-${page.nextId++}`;
  page.store.set({ saved: 'saving' });
  await enqueue(page, async () => {
    const { picture } = page.store.get();
    if (picture?.name !== name) return;
    const edit = typeof change === 'function' ? change() : change;
    if (edit === null) return;
    const asked = page.now();
    try {
      takePicture(page, await page.api.edit(name, { revision: picture.revision, edit_id, overlap: page.store.get().overlap, edit }), asked);
      stored = true;
      if ('class_id' in edit && edit.class_id !== undefined) noteUse(page, edit.class_id);
      settled(page, 'edit', 'connection');
    } catch (error) {
      if (isConflict(error)) await conflict(page);
      else tellError(page, 'edit', error);
    }
  }).catch((error: unknown) => tellError(page, 'edit', error));
  page.store.set({ saved: stored ? 'saved' : 'failed' });
  return stored;
}

function provisional(page: Page, mask: Candidate, classId: number): Annotation {
  return {
    id: -page.nextId++,
    class_id: classId,
    polygon: mask.polygon,
    area: mask.area,
    box: mask.box,
    score: mask.score,
    prompt: {},
  };
}

// Adds the mask on screen with the chosen class. The prompt is cleared at once and comes back if the edit is refused.
export async function addMask(page: Page): Promise<boolean> {
  const state = page.store.get();
  const mask = preview(state);
  if (mask === null || state.picture === null || state.segmenting !== null) return false;
  if (state.classId === null) {
    tell(page, 'warning', 'edit', text.prompting.chooseClass, text.prompting.chooseClassDetail);
    return false;
  }
  const { prompt, candidates, chosen, reprompting } = state;
  if (reprompting !== null) return replaceMask(page, reprompting, mask);
  const annotation = provisional(page, mask, state.classId);
  clearPrompt(page);
  page.store.set({ adding: [...state.adding, annotation] });
  const stored = await send(page, state.picture.name, {
    type: 'add',
    class_id: state.classId,
    rle: mask.rle,
    score: mask.score,
    seconds: takeSeconds(page),
    prompt: storedOf(prompt.present),
  });
  const after = page.store.get();
  page.store.set({ adding: after.adding.filter((other) => other.id !== annotation.id) });
  const untouched = after.prompt === emptyHistory && after.picture?.name === state.picture.name;
  if (!stored && untouched) page.store.set({ prompt, candidates, chosen });
  if (stored) announce(page, 'Annotation added');
  return stored;
}

// The mask on screen for an annotation that was prompted again. The prompt comes back if the edit is refused.
async function replaceMask(page: Page, id: number, mask: Candidate): Promise<boolean> {
  const { prompt, candidates, chosen, picture } = page.store.get();
  const stored = storedOf(prompt.present);
  clearPrompt(page);
  const change: Edit = { type: 'set_mask', id, rle: mask.rle, score: mask.score, prompt: stored };
  const done = await edit(page, change, text.prompting.maskReplaced);
  const untouched = page.store.get().prompt === emptyHistory && page.store.get().picture?.name === picture?.name;
  if (!done && untouched) page.store.set({ prompt, candidates, chosen, reprompting: id });
  return done;
}

// An edit of the picture on screen. done: what is announced once it is stored. Resolves to whether it was.
export async function edit(page: Page, change: Change, done: string): Promise<boolean> {
  const { picture } = page.store.get();
  if (picture === null) return false;
  const stored = await send(page, picture.name, change);
  if (stored) announce(page, done);
  return stored;
}

export function deleteSelected(page: Page): Promise<boolean> {
  return edit(page, { type: 'delete', ids: [...page.store.get().selection] }, 'Deleted');
}

export function setClassOfSelected(page: Page): Promise<boolean> {
  const { classId, selection } = page.store.get();
  if (classId === null) return Promise.resolve(false);
  return edit(page, { type: 'set_class', ids: [...selection], class_id: classId }, 'Class changed');
}

export function clearAll(page: Page): Promise<boolean> {
  return edit(page, { type: 'clear' }, 'All annotations of this image removed');
}

export function undoEdit(page: Page): Promise<boolean> {
  return edit(page, { type: 'undo' }, 'Undone');
}

export function redoEdit(page: Page): Promise<boolean> {
  return edit(page, { type: 'redo' }, 'Done again');
}

export function save(page: Page): Promise<void> {
  return enqueue(page, async () => {
    const { picture } = page.store.get();
    if (picture === null) return;
    page.store.set({ saved: 'saving' });
    const asked = page.now();
    try {
      takePicture(page, await page.api.save(picture.name), asked);
      page.store.set({ saved: 'saved' });
      settled(page, 'edit', 'connection');
      tell(page, 'info', 'note', 'Saved', picture.name);
    } catch (error) {
      page.store.set({ saved: 'failed' });
      tellError(page, 'edit', error);
    }
  });
}

// Somebody saved annotations. Our own saves come back too and are known by the window id.
export function onChanged(page: Page, event: ChangedEvent): void {
  const { picture, images } = page.store.get();
  if (event.window === page.window) return;
  if (picture?.name !== event.name) {
    const entry = entryOf(images, event.name);
    if (entry !== undefined) refreshEntry(page, entry.position).catch(() => undefined);
    return;
  }
  if (picture.revision === event.revision) return;
  enqueue(page, async () => {
    if (page.store.get().picture?.revision === event.revision) return;
    await reloadPicture(page);
    tell(page, 'info', 'note', 'Changed in another window', 'The newest annotations of this image are shown.');
  }).catch((error: unknown) => tellError(page, 'edit', error));
}
