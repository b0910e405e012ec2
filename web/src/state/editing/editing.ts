// Edits of the annotations: how they come about, and what the page shows meanwhile. How they reach the disk is in
// edit-queue.ts.

import { emptyHistory, storedOf } from '../../model/prompt';
import type { Annotation, Candidate, ChangedEvent, Edit } from '../../model/wire';
import { noteUse } from '../project/classes';
import { forgetRefused, mayPass, redoUnsent, reloadPicture, retryMs, savedNow, submit, takeBackUnsent, takePicture, type Submitted } from './edit-queue';
import { entryOf, refreshEntry } from '../images/image-list';
import { refusedWhileBusy } from '../project/jobs';
import { isLookOnly, sayLookOnly } from '../project/windows';
import { announce, settled, tell, tellError } from '../messages';
import { enqueue, type Page } from '../page';
import { clearPrompt, preview } from '../prompting/prompting';
import { takeSeconds } from '../review/work-clock';
import { text } from '../../text/en';

// How the object that a mask makes looks until the program has numbered it.
export function provisional(page: Page, mask: Candidate, classId: number): Annotation {
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

// Another window has the picture, or a job changes the project: which is said.
function cannotEdit(page: Page): boolean {
  if (!isLookOnly(page.store.get())) return refusedWhileBusy(page);
  sayLookOnly(page);
  return true;
}

// Adds the mask on screen with the chosen class. The prompt is cleared at once and comes back if the edit is refused.
export async function addMask(page: Page, classId = page.store.get().classId): Promise<boolean> {
  const state = page.store.get();
  const mask = preview(state);
  if (mask === null || state.picture === null || state.segmenting !== null) return false;
  if (classId === null) {
    tell(page, 'warning', 'edit', text.prompting.chooseClass, text.prompting.chooseClassDetail);
    return false;
  }
  if (cannotEdit(page)) return false;
  const { prompt, candidates, chosen, reprompting } = state;
  if (reprompting !== null) return replaceMask(page, reprompting, mask, classId);
  clearPrompt(page);
  const change: Edit = {
    type: 'add',
    class_id: classId,
    rle: mask.rle,
    score: mask.score,
    seconds: takeSeconds(page),
    prompt: storedOf(prompt.present),
  };
  const { id, outcome } = await submit(page, change, provisional(page, mask, classId));
  if (outcome === 'refused' && isUntouched(page, state.picture.name)) {
    page.store.set({ prompt, candidates, chosen });
    forgetRefused(page, [id]); // it is on offer again
  }
  if (outcome !== 'stored') return false;
  noteUse(page, classId);
  announce(page, text.saving.added);
  return true;
}

// Nothing was begun since.
function isUntouched(page: Page, name: string): boolean {
  const { prompt, picture } = page.store.get();
  return prompt === emptyHistory && picture?.name === name;
}

// The mask on screen for an annotation that was prompted again. The prompt comes back if the edit is refused.
async function replaceMask(page: Page, id: number, mask: Candidate, class_id: number): Promise<boolean> {
  const { prompt, candidates, chosen, picture } = page.store.get();
  const stored = storedOf(prompt.present);
  const old = picture?.annotations.find((annotation) => annotation.id === id);
  clearPrompt(page);
  const changed = class_id === old?.class_id ? {} : { class_id };
  const change: Edit = { type: 'set_mask', id, rle: mask.rle, ...changed, score: mask.score, prompt: stored };
  const { polygon, area, box } = mask;
  const sent = await submit(page, change, old === undefined ? null : { ...old, class_id, polygon, area, box });
  if (sent.outcome === 'refused' && isUntouched(page, picture!.name)) {
    page.store.set({ prompt, candidates, chosen, reprompting: id });
    forgetRefused(page, [sent.id]);
  }
  if (sent.outcome === 'stored') announce(page, text.prompting.maskReplaced);
  return sent.outcome === 'stored';
}

// An edit of the picture on screen. done: what is announced once it is stored. shown: how the object it makes looks.
// Resolves to whether it was stored: while the program does not answer, not before it does again.
export async function edit(page: Page, change: Edit, done: string, shown: Annotation | null = null): Promise<boolean> {
  return (await make(page, change, done, shown))?.outcome === 'stored';
}

// makes: how strokes behind it call the object it makes. Null: nothing can be changed now.
export async function make(
  page: Page,
  change: Edit,
  done: string,
  shown: Annotation | null,
  makes: number | null = null,
): Promise<Submitted | null> {
  if (page.store.get().picture === null || cannotEdit(page)) return null;
  const submitted = await submit(page, change, shown, makes);
  if (submitted.outcome !== 'stored') return submitted;
  if ('class_id' in change && change.class_id !== undefined) noteUse(page, change.class_id);
  announce(page, done);
  return submitted;
}

export function deleteSelected(page: Page): Promise<boolean> {
  return edit(page, { type: 'delete', ids: [...page.store.get().selection] }, text.saving.deleted);
}

export function setClassOfSelected(page: Page): Promise<boolean> {
  const { classId, selection } = page.store.get();
  if (classId === null) return Promise.resolve(false);
  return edit(page, { type: 'set_class', ids: [...selection], class_id: classId }, text.saving.classChanged);
}

export function clearAll(page: Page): Promise<boolean> {
  return edit(page, { type: 'clear' }, text.saving.cleared);
}

// What undo and redo change is known to the program alone: while it does not answer nothing could be shown, and each press would count.
function needsProgram(page: Page): boolean {
  const { connection, edits } = page.store.get();
  if (connection !== 'lost' && edits.stalled === null) return false;
  tell(page, 'info', 'note', text.saving.undoWaits, text.saving.undoWaitsDetail);
  return true;
}

export async function undoEdit(page: Page): Promise<boolean> {
  if (takeBackUnsent(page)) {
    announce(page, text.saving.undone);
    return true;
  }
  return !needsProgram(page) && edit(page, { type: 'undo' }, text.saving.undone);
}

export async function redoEdit(page: Page): Promise<boolean> {
  if (page.store.get().picture === null || cannotEdit(page)) return false;
  const unsent = redoUnsent(page);
  if (unsent === null) return !needsProgram(page) && edit(page, { type: 'redo' }, text.saving.redone);
  announce(page, text.saving.redone);
  return (await unsent).outcome === 'stored';
}

export async function save(page: Page): Promise<void> {
  if (page.store.get().picture === null || cannotEdit(page)) return;
  return enqueue(page, async () => {
    const { picture } = page.store.get();
    if (picture === null) return;
    page.store.set({ saved: 'saving' });
    const asked = page.now();
    try {
      takePicture(page, await page.api.save(picture.name), asked);
      page.store.set({ saved: savedNow(page.store.get().edits) });
      settled(page, 'edit', 'connection');
      tell(page, 'info', 'note', text.saving.written, picture.name);
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
    tell(page, 'info', 'note', text.saving.changedElsewhere, text.saving.changedElsewhereDetail);
  }).catch((error: unknown) => {
    if (mayPass(error)) setTimeout(() => onChanged(page, event), retryMs);
    else tellError(page, 'edit', error);
  });
}
