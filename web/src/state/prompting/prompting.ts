// From the prompt to the mask on screen. Each change of the prompt stops the request before it; only the newest is
// shown.

import type { Box } from '../../geometry/box';
import { percent } from '../../model/format';
import { asProblem, isAbort, isStaleMaskInput, type Problem } from '../../model/problem';
import {
  emptyHistory,
  isEmpty,
  promptOf,
  putBack,
  requestOf,
  takeBack,
  withBox,
  withPoint,
  type MaskOptions,
  type PromptHistory,
} from '../../model/prompt';
import type { Candidate, SegmentAnswer } from '../../model/wire';
import { text } from '../../text/en';
import { announce, settled } from '../messages';
import type { Page } from '../page';
import type { PageState } from '../page-state';

export function preview(state: PageState): Candidate | null {
  return state.candidates[state.chosen] ?? null;
}

export function hasPrompt(state: PageState): boolean {
  return !isEmpty(state.prompt.present);
}

// An annotation that is prompted again, and nothing of it was changed.
export function isAsStored({ reprompting, prompt, chosen, classId, picture }: PageState): boolean {
  const annotation = picture?.annotations.find(({ id }) => id === reprompting);
  return annotation !== undefined && prompt.past.length === 0 && chosen === 0 && classId === annotation.class_id;
}

export function promptFailure(problem: Problem): string {
  return text.prompting.failed(`${problem.title}${problem.detail === '' ? '' : `. ${problem.detail}`}`);
}

async function request(page: Page, signal: AbortSignal): Promise<SegmentAnswer> {
  const state = page.store.get();
  const asked = requestOf(state.prompt.present, state);
  const wanted = state.project?.predictor.takes_mask_input === false ? { ...asked, mask_input: null } : asked;
  const name = state.picture!.name;
  try {
    return await page.api.segment(name, wanted, signal);
  } catch (error) {
    if (!isStaleMaskInput(error)) throw error;
    return page.api.segment(name, { ...wanted, mask_input: null }, signal);
  }
}

// The old mask stays on screen until the new one is there, unless the prompt was emptied.
async function segment(page: Page): Promise<void> {
  page.segmentAbort?.abort();
  const abort = new AbortController();
  page.segmentAbort = abort;
  page.store.set({ segmenting: page.now(), promptError: null });
  try {
    const answer = await request(page, abort.signal);
    if (page.segmentAbort !== abort) return;
    page.store.set({ candidates: answer.candidates, chosen: 0, segmenting: null });
    settled(page, 'connection');
    const best = answer.candidates[0];
    announce(page, best === undefined ? text.prompting.noMaskSpoken : text.prompting.maskSpoken(percent(best.score)));
  } catch (error) {
    if (page.segmentAbort !== abort || isAbort(error)) return;
    const promptError = asProblem(error);
    page.store.set({ candidates: [], chosen: 0, segmenting: null, promptError });
    announce(page, promptFailure(promptError));
  }
}

function change(page: Page, prompt: PromptHistory): void {
  if (page.store.get().picture === null) return;
  if (isEmpty(prompt.present)) {
    page.store.set({ prompt });
    return stop(page);
  }
  page.store.set({ prompt, accepting: null, segmenting: page.now() });
  lates.delete(page);
  void segment(page);
}

function stop(page: Page, also: Partial<PageState> = {}): void {
  page.segmentAbort?.abort();
  page.segmentAbort = null;
  page.store.set({ candidates: [], chosen: 0, segmenting: null, accepting: null, promptError: null, ...also });
  lates.delete(page);
}

const lates = new WeakMap<Page, (() => void)[]>();

// What a person did for the next object while the mask of this one, accepted already, is still computed. False: nothing is to be waited for.
export function putOff(page: Page, act: () => void): boolean {
  if (page.store.get().accepting === null) return false;
  const late = lates.get(page) ?? [];
  lates.set(page, [...late, act]);
  return true;
}

// What was put off, in order; it is put off no longer.
export function takeLate(page: Page): readonly (() => void)[] {
  const late = lates.get(page) ?? [];
  lates.delete(page);
  return late;
}

// While an annotation is prompted again it stays selected: what is drawn is for it.
function deselect(page: Page): void {
  if (page.store.get().reprompting === null) page.store.set({ selection: new Set() });
}

export function drawBox(page: Page, box: Box): void {
  if (putOff(page, () => drawBox(page, box))) return;
  page.store.set({ candidates: [], chosen: 0 });
  deselect(page);
  change(page, withBox(page.store.get().prompt, box));
}

export function setPoint(page: Page, x: number, y: number, foreground: boolean): void {
  if (putOff(page, () => setPoint(page, x, y, foreground))) return;
  const state = page.store.get();
  const key = state.project?.predictor.takes_mask_input === true ? (preview(state)?.logits_key ?? null) : null;
  deselect(page);
  change(page, withPoint(state.prompt, { x, y, foreground }, key));
}

export function takeBackPrompt(page: Page): void {
  change(page, takeBack(page.store.get().prompt));
}

export function putBackPrompt(page: Page): void {
  change(page, putBack(page.store.get().prompt));
}

export function clearPrompt(page: Page): void {
  stop(page, { prompt: emptyHistory, reprompting: null });
}

// The selected annotation's own prompt, taken up again: the mask it gives takes the place of the annotation's.
export function repromptSelected(page: Page): void {
  const { picture, selection } = page.store.get();
  const [id] = selection;
  const annotation = picture?.annotations.find((each) => each.id === id);
  if (annotation === undefined || selection.size !== 1) return;
  clearPrompt(page);
  const present = promptOf(annotation.prompt, annotation.box);
  page.store.set({ reprompting: annotation.id, classId: annotation.class_id });
  change(page, { ...emptyHistory, present });
  announce(page, text.prompting.repromptSpoken);
}

// Prompting an annotation again ends with it, whoever deletes it: its new mask could be kept nowhere. Returns the stop.
export function watchReprompting(page: Page): () => void {
  return page.store.subscribe(() => {
    const { reprompting, picture } = page.store.get();
    if (reprompting === null || picture?.annotations.some(({ id }) => id === reprompting) === true) return;
    clearPrompt(page);
    announce(page, text.prompting.repromptGone);
  });
}

// As it was before a reload. reprompting: the annotation it is for; with that gone it is for nothing.
export function restorePrompt(page: Page, prompt: PromptHistory, reprompting: number | null): void {
  if (reprompting !== null) {
    const { picture } = page.store.get();
    if (picture?.annotations.some(({ id }) => id === reprompting) !== true) return;
    page.store.set({ reprompting, selection: new Set([reprompting]) });
  }
  change(page, prompt);
}

// Asks again where no answer came. A request on its way is sent anew: its connection may be gone without a word.
export function retryPrompt(page: Page): void {
  const state = page.store.get();
  if (hasPrompt(state) && (state.promptError !== null || state.segmenting !== null)) void segment(page);
}

// Another predictor answers from now on.
export function promptAgain(page: Page): void {
  if (hasPrompt(page.store.get())) void segment(page);
}

export function setMaskOptions(page: Page, options: Partial<MaskOptions>): void {
  page.store.set(options);
  promptAgain(page);
}

// index: of the candidates on offer, from 0. False if there is none of that number to choose.
export function chooseCandidate(page: Page, index: number): boolean {
  const { candidates } = page.store.get();
  if (candidates.length < 2 || index < 0 || index >= candidates.length) return false;
  page.store.set({ chosen: index });
  announce(page, text.prompting.candidateSpoken(index + 1, candidates.length, percent(candidates[index]!.score)));
  return true;
}

export function cycleCandidate(page: Page, by: number): void {
  const { candidates, chosen } = page.store.get();
  chooseCandidate(page, (chosen + by + candidates.length) % candidates.length);
}

const overlaps = ['allow', 'newer', 'older'] as const;

export function cycleOverlap(page: Page): void {
  const overlap = overlaps[(overlaps.indexOf(page.store.get().overlap) + 1) % overlaps.length]!;
  page.store.set({ overlap });
  announce(page, text.prompting.overlapSpoken[overlap]);
}
