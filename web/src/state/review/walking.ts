// A walk through annotations: proposals from the least certain on, all of an image in a review, or what a reviewer
// rejected. A decision goes to the program while the next annotation is already in sight; one that could not be stored
// brings the walk back to it, as does undo.

import { isWellInSight } from '../../geometry/sight';
import { percent } from '../../model/format';
import { above, firstOpen, isOpen, itemsOf, neighbour, statesOf, type WalkKind } from '../../model/walk';
import type { Annotation, Edit, Picture, Review } from '../../model/wire';
import { text } from '../../text/en';
import { edit, undoEdit } from '../editing/editing';
import { announce, tell, tellError } from '../messages';
import { entryOf } from '../images/image-list';
import { afterPrompt, open } from '../images/navigation';
import type { Page } from '../page';
import type { PageState } from '../page-state';
import { clearPrompt, hasPrompt, repromptSelected } from '../prompting/prompting';
import { newWalk, type ReviewState, type Walk } from './review-state';

const notesKept = 8;
const decisionsKept = 200;

const words = text.review;

export function walkOf(state: PageState): Walk | null {
  return state.review.walk;
}

// Its keys go back to the tools while an object is fixed or a prompt is unfinished.
export function hasWalkKeys(state: PageState): boolean {
  const { walk } = state.review;
  return walk !== null && walk.fixing === null && !hasPrompt(state);
}

export function annotationLookedAt(state: PageState): Annotation | null {
  const at = state.review.walk?.at ?? null;
  return at === null ? null : (state.picture?.annotations.find(({ id }) => id === at) ?? null);
}

function patch(page: Page, change: Partial<ReviewState>): void {
  page.store.set({ review: { ...page.store.get().review, ...change } });
}

function setWalk(page: Page, change: Partial<Walk>): void {
  const { walk } = page.store.get().review;
  if (walk !== null) patch(page, { walk: { ...walk, ...change } });
}

export function nameOfClass({ project }: PageState, classId: number): string {
  return project?.classes.find(({ id }) => id === classId)?.name ?? words.classNumber(classId);
}

// Of those that wait for a decision, one's place and how many there are; in a review of all.
export function placeIn(walk: Walk, picture: Picture): { readonly number: number; readonly of: number } {
  const items = itemsOf(walk.kind, picture.annotations);
  return { number: items.findIndex(({ id }) => id === walk.at) + 1, of: items.length };
}

export function openCount(walk: Walk, picture: Picture): number {
  return picture.annotations.filter((item) => isOpen(walk.kind, item) && !walk.pending.has(item.id)).length;
}

function spoken(state: PageState, annotation: Annotation): string {
  const name = nameOfClass(state, annotation.class_id);
  const score = annotation.score > 0 ? percent(annotation.score) : null;
  return words.lookingAt(name, score, annotation.review ?? '', annotation.note ?? '');
}

// Puts an annotation in sight, or none.
function look(page: Page, annotation: Annotation | null): void {
  const state = page.store.get();
  const { walk } = state.review;
  const { picture, screen, viewport } = state;
  if (walk === null || picture === null) return;
  const id = annotation?.id ?? null;
  const stays = annotation === null || isWellInSight(viewport, annotation.box, screen);
  page.store.set({
    selection: new Set(id === null ? [] : [id]),
    review: {
      ...state.review,
      walk: { ...walk, at: id, asking: null, fixing: null, bare: false },
      goal: stays ? null : { box: annotation.box },
    },
  });
  if (annotation !== null) announce(page, spoken(state, annotation));
}

// The picture that the walk is on now.
function arrive(page: Page): void {
  const { picture, review } = page.store.get();
  if (picture === null || review.walk === null) return;
  setWalk(page, { looking: false, pending: new Set(), arrived: picture.revision });
  look(page, firstOpen(review.walk.kind, picture.annotations));
  void warmNext(page, review.walk.kind);
}

// The next image's picture is decoded while this one is looked at.
async function warmNext(page: Page, kind: WalkKind): Promise<void> {
  const position = page.store.get().picture?.position ?? 0;
  const next = await page.api.nextImage(position, 1, { states: statesOf[kind] }).catch(() => null); // goOn asks again
  if (next !== null) page.proxies.warm(next.name);
}

// Whether the image on screen has something for the walk. One that nobody has worked on has nothing to review.
function hasWork({ picture, images }: PageState, kind: WalkKind): boolean {
  if (picture === null) return false;
  if (firstOpen(kind, picture.annotations) !== null) return true;
  if (kind !== 'review' || picture.reviewed) return false;
  return picture.annotations.length > 0 || entryOf(images, picture.name)?.state === 'labelled';
}

export function startWalk(page: Page, kind: WalkKind): void {
  const { picture, review } = page.store.get();
  if (review.walk?.fixing != null) return resume(page);
  if (review.walk?.kind === kind) return endWalk(page);
  if (picture === null) return;
  afterPrompt(page, () => {
    patch(page, { walk: newWalk(kind), goal: null });
    arrive(page);
    if (kind === 'review') announce(page, words.begun.review);
    if (!hasWork(page.store.get(), kind)) void goOn(page, 1);
  });
}

export function endWalk(page: Page): void {
  const { walk } = page.store.get().review;
  if (walk === null) return;
  patch(page, { walk: null, goal: null });
  announce(page, words.ended[walk.kind]);
}

// Where the nearest image is that has something for the walk: further on, else from the beginning.
async function findNext(page: Page, kind: WalkKind, step: 1 | -1): Promise<string | null> {
  const filter = { states: statesOf[kind] };
  const position = page.store.get().picture?.position ?? 0;
  const next = await page.api.nextImage(position, step, filter);
  if (next !== null || step < 0) return next?.name ?? null;
  const { images } = await page.api.images(0, 2, filter);
  return images.find(({ name }) => name !== page.store.get().picture?.name)?.name ?? null;
}

// To the next image of the walk.
export async function goOn(page: Page, step: 1 | -1): Promise<void> {
  const { walk } = page.store.get().review;
  if (walk === null || walk.looking) return;
  const { kind } = walk;
  setWalk(page, { looking: true });
  try {
    const name = await findNext(page, kind, step);
    if (page.store.get().review.walk?.kind !== kind) return;
    if (name !== null) await open(page, name);
    else {
      tell(page, 'info', 'note', step > 0 ? words.nothingLeft[kind] : words.nothingBefore);
      if (step > 0 && openCount(walk, page.store.get().picture!) === 0) endWalk(page);
    }
  } catch (error) {
    tellError(page, 'open', error);
  }
  setWalk(page, { looking: false });
}

// The image has nothing left to decide: in a review it is marked so.
async function finish(page: Page): Promise<void> {
  const { picture, review } = page.store.get();
  const { walk } = review;
  if (picture === null || walk === null || walk.at !== null) return;
  const left = firstOpen(walk.kind, picture.annotations, walk.pending);
  if (walk.kind === 'review' && left !== null) return look(page, left);
  if (walk.kind === 'review' && !picture.reviewed) {
    if (!(await edit(page, { type: 'mark', reviewed: true }, words.markedReviewed))) return;
  }
  await goOn(page, 1);
}

// The selected ones where the one looked at is among them, else that one.
function targets(state: PageState): readonly number[] {
  const { walk } = state.review;
  if (walk === null || walk.at === null) return [];
  return state.selection.has(walk.at) ? [...state.selection] : [walk.at];
}

async function decide(page: Page, ids: readonly number[], change: Edit, done: string): Promise<void> {
  const state = page.store.get();
  const { picture } = state;
  const { walk } = state.review;
  if (picture === null || walk === null || ids.length === 0) return;
  const here = annotationLookedAt(state);
  const last = here ?? picture.annotations.find(({ id }) => id === ids.at(-1));
  if (last === undefined) return;
  const pending = new Set([...walk.pending, ...ids]);
  const decisions = [...walk.decisions, { name: picture.name, ids }].slice(-decisionsKept);
  setWalk(page, { pending, decisions, decided: walk.decided + ids.length });
  const stays = here !== null && !ids.includes(here.id);
  const next = stays
    ? here
    : (neighbour(walk.kind, picture.annotations, last, 1, true, pending) ??
      (walk.kind === 'proposals' ? null : firstOpen(walk.kind, picture.annotations, pending)));
  if (!stays) look(page, next);
  const stored = await edit(page, change, next === null ? done : `${done}. ${spoken(state, next)}`);
  const now = page.store.get();
  const after = now.review.walk;
  if (after === null) return;
  setWalk(page, { pending: new Set([...after.pending].filter((id) => !ids.includes(id))) });
  if (!stored) {
    const isKnown = after.decisions.some((decision) => decision.ids === ids); // else watchWalk saw it come back
    if (isKnown) {
      setWalk(page, {
        decisions: after.decisions.filter((decision) => decision.ids !== ids),
        decided: after.decided - ids.length,
      });
    }
    const again = now.picture?.name === picture.name && now.picture.annotations.find(({ id }) => id === last.id);
    if (again) look(page, again);
  } else if (next === null && now.picture?.name === picture.name) {
    await finish(page);
  }
}

function reviewed(ids: readonly number[], review: Review, note?: string): Edit {
  return { type: 'review', ids: [...ids], review, ...(note === undefined ? {} : { note }) };
}

// Accepts what is looked at; where nothing is left, goes on.
export async function accept(page: Page): Promise<void> {
  const state = page.store.get();
  const { walk } = state.review;
  if (walk === null || walk.looking) return;
  if (walk.at === null) return finish(page);
  const ids = targets(state);
  await decide(page, ids, reviewed(ids, walk.kind === 'mend' ? '' : 'accepted'), words.done.accepted);
}

// A proposal, or what was to be mended, is deleted. A reviewer says why first.
export async function reject(page: Page): Promise<void> {
  const state = page.store.get();
  const { walk } = state.review;
  if (walk === null || walk.at === null) return;
  if (walk.kind === 'review') return setWalk(page, { asking: 'reject' });
  const ids = targets(state);
  await decide(page, ids, { type: 'delete', ids: [...ids] }, words.done.deleted);
}

export function askNote(page: Page): void {
  if (walkOf(page.store.get())?.at != null) setWalk(page, { asking: 'note' });
}

export function cancelNote(page: Page): void {
  setWalk(page, { asking: null });
}

// The note that was typed, for what it was asked for.
export async function giveNote(page: Page, typed: string): Promise<void> {
  const state = page.store.get();
  const { walk, notes } = state.review;
  const annotation = annotationLookedAt(state);
  if (walk === null || annotation === null) return;
  const note = typed.trim();
  if (note !== '') patch(page, { notes: [note, ...notes.filter((each) => each !== note)].slice(0, notesKept) });
  const ids = targets(state);
  if (walk.asking === 'reject') return decide(page, ids, reviewed(ids, 'rejected', note), words.done.rejected);
  setWalk(page, { asking: null });
  await edit(page, reviewed([annotation.id], annotation.review ?? '', note), words.done.noted);
}

// All of this image that wait for a decision.
export async function acceptRest(page: Page): Promise<void> {
  const { picture, review } = page.store.get();
  const { walk } = review;
  if (picture === null || walk === null || walk.looking || walk.kind === 'mend') return;
  const open = picture.annotations.filter((item) => isOpen(walk.kind, item) && !walk.pending.has(item.id));
  const ids = open.map(({ id }) => id);
  if (ids.length === 0) return finish(page);
  await decide(page, ids, reviewed(ids, 'accepted'), words.done.acceptedMany(ids.length));
}

// The proposals of this image that are at least so certain; within a walk it goes on from there.
export async function acceptAbove(page: Page, score: number): Promise<void> {
  const { picture, review } = page.store.get();
  const ids = above(picture?.annotations ?? [], score).map(({ id }) => id);
  if (ids.length === 0) return;
  const change = reviewed(ids, 'accepted');
  if (review.walk?.kind !== 'proposals') await edit(page, change, words.done.acceptedMany(ids.length));
  else await decide(page, ids, change, words.done.acceptedMany(ids.length));
}

export function setThreshold(page: Page, threshold: number): void {
  patch(page, { threshold });
}

// Leaves what is looked at undecided.
export function step(page: Page, by: 1 | -1): void {
  const state = page.store.get();
  const { walk } = state.review;
  if (state.picture === null || walk === null || walk.looking) return;
  const { annotations } = state.picture;
  const annotation = annotationLookedAt(state);
  const items = itemsOf(walk.kind, annotations);
  const next =
    annotation === null
      ? by < 0
        ? (items.at(-1) ?? null)
        : null
      : neighbour(walk.kind, annotations, annotation, by, false, walk.pending);
  if (next !== null) look(page, next);
  else void goOn(page, by);
}

// Gives it to the tools until resume().
export function fix(page: Page): void {
  const { picture, review } = page.store.get();
  const annotation = annotationLookedAt(page.store.get());
  if (picture === null || review.walk === null || annotation === null) return;
  page.store.set({ selection: new Set([annotation.id]) });
  setWalk(page, { fixing: { annotation, revision: picture.revision } });
  repromptSelected(page);
  announce(page, words.fixing);
}

// What was changed meanwhile counts as decided: fixed by the one who walks.
export function resume(page: Page): void {
  afterPrompt(page, () => void goOnFrom(page));
}

async function goOnFrom(page: Page): Promise<void> {
  const { picture, review } = page.store.get();
  const { walk } = review;
  if (picture === null || walk === null || walk.fixing === null) return;
  const { annotation: before, revision } = walk.fixing;
  const { id } = before;
  setWalk(page, { fixing: null });
  const annotation = picture.annotations.find((item) => item.id === id) ?? null;
  if (annotation === null) return look(page, firstOpen(walk.kind, picture.annotations, walk.pending));
  if (picture.revision === revision) return look(page, annotation);
  const isDecided = !isOpen(walk.kind, annotation);
  const next = neighbour(walk.kind, picture.annotations, before, 1, true, walk.pending);
  if (!isDecided) await decide(page, [id], reviewed([id], walk.kind === 'mend' ? '' : 'accepted'), words.done.fixed);
  else if (next !== null || walk.kind === 'review') look(page, next ?? firstOpen(walk.kind, picture.annotations));
  else {
    look(page, null);
    await finish(page);
  }
}

export function isFixing({ review }: PageState): boolean {
  return review.walk?.fixing != null;
}

// Back to deciding it, as it is by now; what the tools decided is left behind, as by resume().
export function stopFixing(page: Page): void {
  const { walk } = page.store.get().review;
  if (walk === null || walk.fixing === null) return;
  clearPrompt(page);
  const annotation = annotationLookedAt(page.store.get());
  const isDecided = annotation !== null && !isOpen(walk.kind, annotation) && isOpen(walk.kind, walk.fixing.annotation);
  if (annotation === null || isDecided) void goOnFrom(page);
  else look(page, annotation);
}

// Masks are hidden while a key is held.
export function setBare(page: Page, bare: boolean): void {
  if ((walkOf(page.store.get())?.bare ?? bare) !== bare) setWalk(page, { bare });
}

// Undo on the image that the last decision was made on. The walk comes back by watchWalk.
export async function takeBack(page: Page): Promise<void> {
  const { picture, review } = page.store.get();
  const { walk } = review;
  const last = walk?.decisions.at(-1);
  if (picture === null || walk === null || walk.looking) return;
  const isElsewhere = last !== undefined && last.name !== picture.name && picture.revision === walk.arrived;
  try {
    if (isElsewhere) await open(page, last.name);
  } catch (error) {
    return tellError(page, 'open', error);
  }
  const now = page.store.get().picture;
  if (now === null || !now.can_undo) return;
  const ours = ['review', 'delete', 'set_mask', undefined].includes(now.undo_title);
  if (isElsewhere && !ours) return tell(page, 'info', 'note', words.changedSince);
  if ((await undoEdit(page)) && walk.kind === 'review' && page.store.get().picture?.reviewed === true)
    await edit(page, { type: 'mark', reviewed: false }, words.markedUnreviewed);
}

export function canTakeBack(state: PageState): boolean {
  return state.picture?.can_undo === true || (walkOf(state)?.decisions.length ?? 0) > 0;
}

// A decision that is undone: back to it.
function returned(state: PageState, old: readonly Annotation[]): Annotation | null {
  const walk = state.review.walk!;
  const picture = state.picture!;
  const was = new Map(old.map((annotation) => [annotation.id, annotation]));
  const isBack = (item: Annotation) => {
    const before = was.get(item.id);
    return isOpen(walk.kind, item) && (before === undefined || !isOpen(walk.kind, before));
  };
  const ids = new Set(picture.annotations.filter(isBack).map(({ id }) => id));
  const decision = walk.decisions.findLast(({ name, ids: made }) => name === picture.name && made.some((id) => ids.has(id)));
  return decision === undefined ? null : firstOpen(walk.kind, picture.annotations.filter(({ id }) => decision.ids.includes(id)));
}

// By this window, just now: a decision, to which undo comes back.
function isDeletedHere({ edits, picture }: PageState, id: number): boolean {
  return edits.waiting.some(({ name, edit: made }) => name === picture?.name && made.type === 'delete' && made.ids.includes(id));
}

function followAnnotations(page: Page, state: PageState, old: readonly Annotation[]): void {
  const walk = state.review.walk!;
  const { annotations, name } = state.picture!;
  const back = returned(state, old);
  if (back !== null) {
    const undone = walk.decisions.findLast((decision) => decision.name === name && decision.ids.includes(back.id))!;
    setWalk(page, {
      decisions: walk.decisions.filter((decision) => decision !== undone),
      decided: Math.max(0, walk.decided - undone.ids.length),
    });
    return look(page, back);
  }
  const was = walk.fixing?.annotation ?? old.find(({ id }) => id === walk.at);
  if (walk.at === null || was === undefined) return;
  const here = annotations.find(({ id }) => id === walk.at);
  if (here !== undefined && (walk.fixing !== null || isOpen(walk.kind, here) || !isOpen(walk.kind, was))) return;
  if (walk.fixing !== null && isDeletedHere(state, was.id)) {
    const decisions = [...walk.decisions, { name, ids: [was.id] }].slice(-decisionsKept);
    setWalk(page, { decisions, decided: walk.decided + 1 });
  }
  const next = neighbour(walk.kind, annotations, was, 1, true, walk.pending);
  look(page, next ?? firstOpen(walk.kind, annotations, walk.pending));
}

// A mask made anew ends the fixing of its annotation.
function isFixed({ review, picture, reprompting }: PageState): boolean {
  const fixing = review.walk?.fixing ?? null;
  if (fixing === null || reprompting !== null) return false;
  return picture!.revision !== fixing.revision && picture!.undo_title === 'set_mask';
}

// Another picture, an undo, an edit by hand, a click on another annotation: the walk follows.
export function watchWalk(page: Page): () => void {
  let before = page.store.get();
  return page.store.subscribe(() => {
    const was = before;
    const state = page.store.get();
    before = state;
    const { walk } = state.review;
    if (walk === null || state.picture === null) return;
    if (state.picture.name !== was.picture?.name) return arrive(page);
    if (state.picture.annotations !== was.picture.annotations) {
      if (isFixed(state)) return resume(page);
      return followAnnotations(page, state, was.picture.annotations);
    }
    if (state.selection === was.selection || walk.fixing !== null || state.selection.size !== 1) return;
    const [id] = state.selection;
    const isItem = itemsOf(walk.kind, state.picture.annotations).some((item) => item.id === id);
    if (isItem && id !== undefined && id !== walk.at) setWalk(page, { at: id, asking: null });
  });
}
