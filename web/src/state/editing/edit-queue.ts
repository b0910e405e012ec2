// Edits on their way to the disk. They go to the program one after another and in order, each naming the revision it
// was made on. An edit is kept, also over a reload of the page, until the program acknowledged it: one that got no
// answer is sent again under the same id, of which the program makes only the first. Another window's save is never
// overwritten: edits made before it was known are refused, all of that image, and kept to be made again knowingly.

import { asProblem, isAbort, isClassGone, isConflict, Problem } from '../../model/problem';
import { reused } from '../../model/reuse';
import { text } from '../../text/en';
import type { Annotation, Edit, Picture } from '../../model/wire';
import type { EditQueue, RefusedEdit, WaitingEdit } from './edit-queue-state';
import { patchByName, refreshEntry, withNewestEncoding } from '../images/image-list';
import { settled, tell, tellError } from '../messages';
import { classInstead, ofClass, withClasses } from './waiting-classes';
import { newObjects, withWaiting } from './optimism';
import { enqueue, type Page } from '../page';

export type Outcome = 'stored' | 'refused' | 'taken back';

interface Settled {
  readonly outcome: Outcome;
  readonly made: number | null; // the object that a stored edit made for those behind it
}

export const retryMs = 1500;

interface Sending {
  base: Picture | null; // the picture on screen, as the program has it
  readonly waiters: Map<string, (settled: Settled) => void>; // by the edit's id
  abort: AbortController | null; // of the edit on its way
  timer: ReturnType<typeof setTimeout> | null;
}

const sendings = new WeakMap<Page, Sending>();

function sendingOf(page: Page): Sending {
  const made: Sending = { base: null, waiters: new Map(), abort: null, timer: null };
  const sending = sendings.get(page) ?? made;
  sendings.set(page, sending);
  return sending;
}

function makeId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function savedNow({ waiting, refused }: EditQueue): 'saved' | 'saving' | 'failed' {
  if (waiting.length > 0) return 'saving';
  return refused.length > 0 ? 'failed' : 'saved';
}

// As it will be once they are made.
function withEdits(base: Picture, { waiting, undone }: EditQueue): Picture {
  const picture = withWaiting(base, waiting);
  return undone.some(({ name }) => name === base.name) ? { ...picture, can_redo: true } : picture;
}

// Everything that follows from the edits that wait, and from the picture as the program has it. isNew: that one came just
// now; else what is on screen stays but for the edits (events bring news of its encoding, its place, its holder).
function show(page: Page, change: Partial<EditQueue>, isNew = false): void {
  const { base } = sendingOf(page);
  const state = page.store.get();
  const edits = { ...state.edits, ...change };
  const saved = savedNow(edits);
  if (base === null || state.picture?.name !== base.name) return page.store.set({ edits, saved });
  const { annotations, reviewed, faulty, can_undo, can_redo, ...others } = withEdits(base, edits);
  const picture = { ...(isNew ? others : state.picture), annotations, reviewed, faulty, can_undo, can_redo };
  const ids = new Set(picture.annotations.map(({ id }) => id));
  const selection = [...state.selection].every((id) => ids.has(id))
    ? state.selection
    : new Set([...state.selection].filter((id) => ids.has(id)));
  page.store.set({ edits, saved, picture, selection, adding: newObjects(edits.waiting, base.name) });
}

// A picture comes to the screen: with the edits of it that wait.
export function pictureToShow(page: Page, picture: Picture): { picture: Picture; adding: readonly Annotation[] } {
  const { edits } = page.store.get();
  sendingOf(page).base = picture;
  return { picture: withEdits(picture, edits), adding: newObjects(edits.waiting, picture.name) };
}

// The program's answer about the picture on screen. asked: when it was asked for.
export function takePicture(page: Page, answer: Picture, asked: number, change: Partial<EditQueue> = {}): void {
  const sending = sendingOf(page);
  const newest = withNewestEncoding(page, answer, asked);
  const old = sending.base?.name === newest.name ? sending.base.annotations : [];
  const picture = { ...newest, annotations: reused(old, newest.annotations) };
  const onScreen = page.store.get().picture?.name === picture.name;
  if (onScreen) sending.base = picture;
  show(page, change, onScreen);
  patchByName(page, picture.name, { annotation_count: picture.annotations.length, encoding: picture.encoding });
  refreshEntry(page, picture.position).catch(() => undefined); // the list is asked again at the next look
}

export async function reloadPicture(page: Page): Promise<void> {
  const { picture } = page.store.get();
  const asked = page.now();
  if (picture !== null) takePicture(page, await page.api.picture(picture.name), asked);
}

// The program did not answer, or cannot now: the same edit may succeed later.
export function mayPass(error: unknown): boolean {
  if (isAbort(error)) return true;
  if (!(error instanceof Problem)) return false;
  if (error.status === 423) return error.type.endsWith('/project-busy');
  return error.type === 'unreachable' || [502, 503, 504].includes(error.status);
}

// Not made, but worth to be made again: the image is another's, or was changed by another, or the edit waited long, or its
// class is gone meanwhile. What is refused at once is where it came from: the mask is on offer again.
function isKept(error: unknown, waited: boolean): boolean {
  if (isConflict(error)) return true;
  return error instanceof Problem && (isHeld(error) || isClassGone(error) || (error.status >= 500 && waited));
}

function settle(page: Page, id: string, outcome: Outcome, made: number | null = null): void {
  const { waiters } = sendingOf(page);
  waiters.get(id)?.({ outcome, made });
  waiters.delete(id);
}

// A stroke onto the object that the other makes.
function isOnto({ edit }: WaitingEdit, { makes }: WaitingEdit): boolean {
  return edit.type === 'paint' && edit.id !== null && edit.id === makes;
}

function isStep({ edit: { type } }: WaitingEdit): boolean {
  return type === 'undo' || type === 'redo';
}

// The redo that would do again what this undo takes back; of a redo the undo.
function oppositeOf({ edit }: WaitingEdit, behind: readonly WaitingEdit[]): WaitingEdit | undefined {
  let depth = 1;
  return behind.filter(({ edit: { type } }) => type !== 'mark').find((each) => {
    if (!isStep(each)) depth = Infinity; // an edit is the end of what could be done again
    depth += each.edit.type === edit.type ? 1 : -1;
    return depth === 0;
  });
}

// The edits behind a refused one, on the same image, that are refused with it: undo would take back something else, a
// stroke has nothing to go onto, and of a changed image (all) none was made knowingly.
function fallenWith(first: WaitingEdit, waiting: readonly WaitingEdit[], all: boolean): readonly WaitingEdit[] {
  const behind = waiting.filter(({ id, name }) => id !== first.id && name === first.name);
  if (all) return behind;
  if (!isStep(first)) return behind.filter((each) => isStep(each) || isOnto(each, first));
  const opposite = oppositeOf(first, behind);
  return opposite === undefined ? [] : [opposite];
}

// Another window has the image.
function isHeld(error: unknown): boolean {
  return error instanceof Problem && error.status === 423;
}

// Its prompt comes back in place of a banner.
function isOffered({ type }: Edit): boolean {
  return type === 'add' || type === 'set_mask';
}

function refuse(page: Page, first: WaitingEdit, error: unknown, waited: boolean): void {
  const { waiting, refused } = page.store.get().edits;
  const kept = isKept(error, waited);
  const fallen = [first, ...fallenWith(first, waiting, kept && !isClassGone(error))];
  const ids = new Set(fallen.map(({ id }) => id));
  const why = asProblem(error).message;
  const added: readonly RefusedEdit[] = kept ? fallen.map((each) => ({ ...each, why })) : [];
  show(page, { waiting: waiting.filter(({ id }) => !ids.has(id)), refused: [...refused, ...added], stalled: null });
  if (isConflict(error)) tell(page, 'warning', 'edit', text.saving.conflict, text.saving.conflictDetail(fallen.length));
  else if (!isHeld(error) || isOffered(first.edit)) tellError(page, 'edit', error); // else the banner says so
  for (const each of fallen) settle(page, each.id, 'refused');
}

function withId(edit: Edit, id: number): Edit {
  return edit.type === 'paint' ? { ...edit, id } : edit;
}

// The object that the newest edit made has the highest number: none is given twice.
function acknowledge(page: Page, first: WaitingEdit, answer: Picture, asked: number): void {
  const made = first.makes === null ? null : Math.max(...answer.annotations.map(({ id }) => id));
  const rest = page.store.get().edits.waiting.filter((each) => each.id !== first.id);
  const waiting = rest.map((each) => {
    if (each.name !== first.name) return each;
    const edit = made !== null && isOnto(each, first) ? withId(each.edit, made) : each.edit;
    return { ...each, edit, revision: answer.revision };
  });
  takePicture(page, answer, asked, { waiting, stalled: null });
  settled(page, 'edit', 'connection');
  settle(page, first.id, 'stored', made);
}

// Another window came first; unless the change was this very edit, made before its answer was lost.
async function resolveConflict(page: Page, first: WaitingEdit, error: unknown): Promise<void> {
  const asked = page.now();
  try {
    const answer = await page.api.picture(first.name);
    if (answer.last_edit === first.id) return acknowledge(page, first, answer, asked);
    takePicture(page, answer, asked);
  } catch (unanswered) {
    if (mayPass(unanswered)) throw unanswered;
  }
  refuse(page, first, error, true);
}

async function sendFirst(page: Page): Promise<void> {
  const { waiting, stalled } = page.store.get().edits;
  const first = { ...waiting[0]!, tried: true };
  show(page, { waiting: [first, ...waiting.slice(1)] }); // kept as such before it is sent
  const { id, name, revision, overlap, edit, className } = first;
  const named = className === undefined ? {} : { class_name: className };
  const sending = sendingOf(page);
  const abort = new AbortController();
  sending.abort = abort;
  const asked = page.now();
  try {
    const request = { revision, edit_id: id, overlap, ...named, held: true, edit }; // who only looks makes none
    const answer = await page.api.edit(name, request, abort.signal);
    acknowledge(page, first, answer, asked);
  } catch (error) {
    if (mayPass(error)) throw error;
    if (isConflict(error)) await resolveConflict(page, first, error);
    else refuse(page, first, error, waiting[0]!.tried || stalled !== null);
  } finally {
    sending.abort = null;
  }
}

async function sendAll(page: Page): Promise<void> {
  const sending = sendingOf(page);
  if (sending.timer !== null) clearTimeout(sending.timer);
  sending.timer = null;
  while (page.store.get().edits.waiting.length > 0) {
    if (page.store.get().connection === 'lost') return show(page, { stalled: text.saving.notConnected });
    try {
      await sendFirst(page);
    } catch (error) {
      stall(page, error);
      return;
    }
  }
}

function stall(page: Page, error: unknown): void {
  if (page.store.get().edits.stalled === null) tellError(page, 'edit', error);
  show(page, { stalled: isAbort(error) ? text.saving.notConnected : asProblem(error).title });
  sendingOf(page).timer ??= setTimeout(() => void flush(page), retryMs);
}

// Sends what waits, behind everything already on its way. Never fails: what cannot be sent stays.
export function flush(page: Page): Promise<void> {
  return enqueue(page, () => sendAll(page));
}

export interface Submitted extends Settled {
  readonly id: string;
}

// An edit of the picture on screen. shown: how the object it makes looks. makes: how strokes behind it call that object.
// Resolves when it is on disk, or will not be.
export async function submit(
  page: Page,
  edit: Edit,
  shown: Annotation | null = null,
  makes: number | null = null,
): Promise<Submitted> {
  const { picture, overlap, edits } = page.store.get();
  if (picture === null) return { id: '', outcome: 'taken back', made: null };
  const { name, revision } = picture;
  const className = classNamed(page, edit);
  const named = className === undefined ? {} : { className };
  const submitted = put(page, { name, revision, overlap, edit, shown, makes, ...named }, undoneAfter(edits, name, edit));
  const settled = await submitted;
  if (edit.type === 'undo' && settled.outcome !== 'stored') forgetUndo(page, name);
  return settled;
}

async function put(
  page: Page,
  edit: Omit<WaitingEdit, 'id' | 'tried'>,
  undone: EditQueue['undone'],
): Promise<Submitted> {
  const id = makeId();
  const done = new Promise<Settled>((resolve) => sendingOf(page).waiters.set(id, resolve));
  show(page, { waiting: [...page.store.get().edits.waiting, { ...edit, id, tried: false }], undone });
  void flush(page);
  return { id, ...(await done) };
}

function classNamed(page: Page, edit: Edit): string | undefined {
  if (!('class_id' in edit) || edit.class_id === undefined) return undefined;
  return page.store.get().project?.classes.find(({ id }) => id === edit.class_id)?.name;
}

const undoneKept = 200; // of all images

// A new edit is the end of what could be done again, as in the program. A mark is no step.
function undoneAfter({ undone }: EditQueue, name: string, { type }: Edit): EditQueue['undone'] {
  const [own, others] = [undone.filter((each) => each.name === name), undone.filter((each) => each.name !== name)];
  if (own.length === 0 || type === 'mark') return undone;
  if (type === 'undo') return [...others, ...own, { name, edit: null }].slice(-undoneKept);
  if (type !== 'redo') return others;
  return own.at(-1)!.edit === null ? [...others, ...own.slice(0, -1)] : undone;
}

// The program took nothing back.
function forgetUndo(page: Page, of: string): void {
  const { undone } = page.store.get().edits;
  const at = undone.findLastIndex(({ name, edit }) => name === of && edit === null);
  show(page, { undone: undone.filter((_, i) => i !== at) });
}

// The edit that undo took back last, if it was never sent: made now. Null: the program is to be asked.
export function redoUnsent(page: Page): Promise<Submitted> | null {
  const { picture, edits } = page.store.get();
  const last = edits.undone.findLast(({ name }) => name === picture?.name);
  if (picture === null || last === undefined || last.edit === null) return null;
  const { id: _, tried: __, ...edit } = last.edit;
  return put(page, { ...edit, revision: picture.revision }, edits.undone.filter((each) => each !== last));
}

// The newest edit of the picture on screen, if it was never sent: nobody needs to undo what was not done.
export function takeBackUnsent(page: Page): boolean {
  const { picture, edits } = page.store.get();
  const last = edits.waiting.at(-1);
  if (last === undefined || last.tried || last.name !== picture?.name) return false;
  if (last.edit.type === 'undo' || last.edit.type === 'redo') return false;
  const undone = [...edits.undone, { name: last.name, edit: last }].slice(-undoneKept);
  show(page, { waiting: edits.waiting.slice(0, -1), undone });
  settle(page, last.id, 'taken back');
  return true;
}

export function forgetRefused(page: Page, ids?: readonly string[]): void {
  const { refused } = page.store.get().edits;
  show(page, { refused: ids === undefined ? [] : refused.filter(({ id }) => !ids.includes(id)) });
}

// The edits that were refused, made again on what is there now. Undo and redo are left out: they would take back what
// another did.
export async function makeRefusedAgain(page: Page): Promise<void> {
  const names = new Set(page.store.get().edits.refused.map(({ name }) => name));
  const newest = new Map<string, string>();
  try {
    for (const name of names) {
      const asked = page.now();
      const answer = await page.api.picture(name);
      takePicture(page, answer, asked);
      newest.set(name, answer.revision);
    }
  } catch (error) {
    return tellError(page, 'edit', error);
  }
  const { waiting, refused } = page.store.get().edits;
  const again = refused.filter((each) => newest.has(each.name));
  const renewed = again
    .filter(({ edit }) => edit.type !== 'undo' && edit.type !== 'redo')
    .map(({ why: _, ...each }): WaitingEdit => {
      const before = waiting.find(({ name }) => name === each.name)?.revision;
      const revision = before ?? newest.get(each.name)!;
      return { ...ofClassThatIs(page, each), id: makeId(), revision, tried: false };
    });
  show(page, { waiting: [...waiting, ...renewed], refused: refused.filter((each) => !again.includes(each)) });
  await flush(page);
}

// Of the class chosen now, where the edit's own is gone.
function ofClassThatIs(page: Page, edit: WaitingEdit): WaitingEdit {
  const state = page.store.get();
  const instead = classInstead(state);
  const isGone = edit.className !== undefined && state.project?.classes.every(({ name }) => name !== edit.className);
  return isGone === true && instead !== undefined ? ofClass(edit, instead) : edit;
}

// The class list changed.
export function followClasses(page: Page, became: ReadonlyMap<string, string>): void {
  const { project, edits } = page.store.get();
  if (edits.waiting.length + edits.refused.length + edits.undone.length === 0) return;
  show(page, withClasses(edits, project?.classes ?? [], became));
}

// What an earlier page left, to be sent now.
export function takeEdits(page: Page, { waiting, refused, undone }: Pick<EditQueue, 'waiting' | 'refused' | 'undone'>): void {
  const left = [...waiting, ...refused, ...undone.flatMap(({ edit }) => edit ?? [])];
  page.nextId = Math.max(page.nextId, ...left.flatMap(({ shown, makes }) => [1 - (shown?.id ?? 0), 1 - (makes ?? 0)]));
  show(page, { waiting, refused, undone });
  void flush(page);
}

// Follows the connection: an edit on its way over a lost one may never be answered, and is sent again over the next.
export function watchConnection(page: Page): () => void {
  let before = page.store.get().connection;
  return page.store.subscribe(() => {
    const { connection } = page.store.get();
    if (connection === before) return;
    before = connection;
    if (connection === 'lost') sendingOf(page).abort?.abort();
    if (connection === 'open') void flush(page);
  });
}
