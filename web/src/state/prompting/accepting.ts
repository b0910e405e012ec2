// Accepting what is on offer. Whoever presses Enter before the mask is there gets it added when it comes; what they do meanwhile is for the
// next object, and is done after that.

import { addMask } from '../editing/editing';
import { go } from '../images/navigation';
import { announce } from '../messages';
import type { Page } from '../page';
import type { PageState } from '../page-state';
import { text } from '../../text/en';
import { acceptSegment, offersSegments } from './everything';
import { hasPrompt, preview, putOff, retryPrompt, takeLate } from './prompting';

const marksSegment = (state: PageState) => offersSegments(state) && state.everything.hovered !== null;

export function canAccept(state: PageState): boolean {
  return preview(state) !== null || state.segmenting !== null || state.promptError !== null || marksSegment(state);
}

async function addAndGoOn(page: Page, classId: number | null): Promise<void> {
  const { autoAdvance } = page.store.get();
  if ((await addMask(page, classId)) && autoAdvance && !hasPrompt(page.store.get())) go(page, 1);
}

export function accept(page: Page): void {
  const state = page.store.get();
  if (putOff(page, () => accept(page))) return;
  if (state.promptError !== null) retryPrompt(page);
  else if (marksSegment(state)) void acceptSegment(page, state.everything.hovered!);
  else if (state.segmenting !== null) {
    page.store.set({ accepting: { classId: state.classId } });
    announce(page, text.prompting.acceptedSpoken);
  } else void addAndGoOn(page, state.classId);
}

// The answer is there, or will not come: an accepted mask is added, and what was put off is done.
function answered(page: Page, classId: number | null): void {
  const { autoAdvance } = page.store.get();
  const late = takeLate(page);
  page.store.set({ accepting: null });
  if (preview(page.store.get()) === null) return; // why is told
  void addAndGoOn(page, classId);
  if (hasPrompt(page.store.get())) return; // it was not taken: no class is chosen
  if (autoAdvance) return; // the rest was for an image that is on screen no longer
  for (const act of late) act();
}

// Returns the stop.
export function watchAccepting(page: Page): () => void {
  return page.store.subscribe(() => {
    const { accepting, segmenting } = page.store.get();
    if (accepting !== null && segmenting === null) answered(page, accepting.classId);
  });
}
