// The mask under the cursor, which a click there would give. One request is on its way at most; when it is answered the
// newest place is asked for, so that masks come as fast as the decoder makes them. Nothing of it is kept anywhere.

import { contains, type Point } from '../../geometry/box';
import { polygonContains } from '../../geometry/polygon';
import type { Page } from '../page';
import type { PageState } from '../page-state';
import { hasPrompt } from './prompting';

// GrabCut may be the one in use because there is no model.
function maker(state: PageState): keyof PageState['hovering'] {
  return state.project?.predictor.use === 'grabcut' || state.project?.predictor.family === 'grabcut' ? 'grabcut' : 'model';
}

export function isHovering(state: PageState): boolean {
  return state.hovering[maker(state)];
}

export function toggleHovering({ store }: Page): void {
  const state = store.get();
  store.set({ hovering: { ...state.hovering, [maker(state)]: !isHovering(state) } });
}

// In box mode a click selects, so that there is nothing to show before it.
function mayAsk(state: PageState): boolean {
  return (
    isHovering(state) &&
    state.mode === 'point' &&
    state.picture?.encoding === 'ready' &&
    state.opening === null &&
    state.dialog === null &&
    state.connection === 'open' &&
    state.memory?.level !== 'critical' &&
    !hasPrompt(state)
  );
}

async function ask(page: Page): Promise<void> {
  const { hover, store } = page;
  const { picture, multimask } = store.get();
  const at = hover.at!;
  const abort = new AbortController();
  hover.abort = abort;
  const points = [{ ...at, foreground: true }];
  const request = { boxes: [], points, mask_input: null, multimask, preview: true };
  const answer = await page.api.segment(picture!.name, request, abort.signal).catch(() => null); // nobody asked aloud
  if (hover.abort !== abort) return;
  hover.abort = null;
  const mask = answer?.candidates[0];
  const isUnder = mask !== undefined && (hover.at === at || polygonContains(mask.polygon, hover.at!));
  store.set({ hovered: isUnder ? mask : null });
  if (hover.at !== null && hover.at !== at) void ask(page);
}

// The cursor moved over the picture, in the picture's pixels.
export function hoverAt(page: Page, at: Point): void {
  const state = page.store.get();
  if (!mayAsk(state) || !contains(state.picture!, at)) return leave(page);
  page.hover.at = at;
  if (state.hovered !== null && !polygonContains(state.hovered.polygon, at)) page.store.set({ hovered: null });
  if (page.hover.abort === null) void ask(page);
}

// Asks no more; what is shown stays until the click's own mask is there.
export function hold(page: Page): void {
  page.hover.at = null;
  page.hover.abort?.abort();
  page.hover.abort = null;
}

export function leave(page: Page): void {
  hold(page);
  if (page.store.get().hovered !== null) page.store.set({ hovered: null });
}

// Another picture, view, predictor or number of candidates ends it, as does all that forbids asking.
export function watchHover(page: Page): () => void {
  const { store } = page;
  let before = store.get();
  return store.subscribe(() => {
    const state = store.get();
    const same =
      state.picture?.name === before.picture?.name &&
      state.viewport === before.viewport &&
      state.project === before.project &&
      state.multimask === before.multimask;
    before = state;
    if (same && mayAsk(state)) return;
    const clicked = same && hasPrompt(state) && state.segmenting !== null && state.candidates.length === 0;
    if (clicked) hold(page);
    else if (page.hover.at !== null || page.hover.abort !== null || state.hovered !== null) leave(page);
  });
}
