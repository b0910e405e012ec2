// From the prompt to the mask on screen. Each change of the prompt stops the request before it; only the newest is
// shown.

import type { Box } from '../geometry/box';
import { percent } from '../model/format';
import { asProblem, isAbort, isStaleMaskInput, type Problem } from '../model/problem';
import {
  emptyHistory,
  isEmpty,
  putBack,
  requestOf,
  takeBack,
  withBox,
  withPoint,
  type MaskOptions,
  type PromptHistory,
} from '../model/prompt';
import type { Candidate, SegmentAnswer } from '../model/wire';
import { announce, settled } from './messages';
import type { Page } from './page';
import type { PageState } from './page-state';

export function preview(state: PageState): Candidate | null {
  return state.candidates[state.chosen] ?? null;
}

export function hasPrompt(state: PageState): boolean {
  return !isEmpty(state.prompt.present);
}

export function promptFailure(problem: Problem): string {
  return `The mask could not be computed: ${problem.title}${problem.detail === '' ? '' : `. ${problem.detail}`}`;
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
    announce(page, best === undefined ? 'No mask found' : `Mask with score ${percent(best.score)}`);
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
  page.store.set({ prompt, segmenting: page.now() });
  void segment(page);
}

function stop(page: Page): void {
  page.segmentAbort?.abort();
  page.segmentAbort = null;
  page.store.set({ candidates: [], chosen: 0, segmenting: null, promptError: null });
}

export function drawBox(page: Page, box: Box): void {
  page.store.set({ candidates: [], chosen: 0, selection: new Set() });
  change(page, withBox(page.store.get().prompt, box));
}

export function setPoint(page: Page, x: number, y: number, foreground: boolean): void {
  const state = page.store.get();
  const key = state.project?.predictor.takes_mask_input === true ? (preview(state)?.logits_key ?? null) : null;
  page.store.set({ selection: new Set() });
  change(page, withPoint(state.prompt, { x, y, foreground }, key));
}

export function takeBackPrompt(page: Page): void {
  change(page, takeBack(page.store.get().prompt));
}

export function putBackPrompt(page: Page): void {
  change(page, putBack(page.store.get().prompt));
}

export function clearPrompt(page: Page): void {
  stop(page);
  page.store.set({ prompt: emptyHistory });
}

export function restorePrompt(page: Page, prompt: PromptHistory): void {
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

export function cycleCandidate(page: Page, by: number): void {
  const { candidates, chosen } = page.store.get();
  if (candidates.length < 2) return;
  const next = (chosen + by + candidates.length) % candidates.length;
  page.store.set({ chosen: next });
  announce(page, `Candidate ${next + 1} of ${candidates.length}, score ${percent(candidates[next]!.score)}`);
}
