// Moves the view to what a walk looks at, in a short glide; at once for who prefers less motion. A hand that zooms or
// drags meanwhile ends it. Returns the stop.

import type { Size } from '../geometry/box';
import { around, between } from '../geometry/sight';
import type { Viewport } from '../geometry/viewport';
import type { Page } from '../state/page';
import type { Goal } from '../state/review/review-state';

const lengthMs = 240;

interface Glide {
  readonly name: string | undefined; // of the picture
  readonly screen: Size;
  readonly from: Viewport;
  readonly to: Viewport;
  readonly start: number;
  readonly shown: Viewport; // put there last; another is a hand's
}

export function watchGlide({ store }: Page): () => void {
  let goal: Goal | null = null;
  let glide: Glide | null = null;
  let frame = 0;

  const end = () => {
    cancelAnimationFrame(frame);
    glide = null;
  };
  const begin = (box: Goal['box'], now: number): Glide | null => {
    const { picture, screen, viewport } = store.get();
    if (picture === null) return null;
    const to = around(box, picture, screen);
    return { name: picture.name, screen, from: viewport, to, start: now, shown: viewport };
  };
  const draw = (now: number) => {
    const state = store.get();
    if (goal === null) return end();
    // The canvas changes its size when the walk's bar appears: then from there.
    if (glide === null || glide.screen !== state.screen) glide = begin(goal.box, now);
    if (glide === null || state.picture?.name !== glide.name || state.viewport !== glide.shown) return end();
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const t = still ? 1 : Math.min(1, Math.max(0, (now - glide.start) / lengthMs));
    const shown = t < 1 ? between(glide.from, glide.to, t, glide.screen) : glide.to;
    glide = { ...glide, shown };
    store.set({ viewport: shown, fitted: false });
    if (t < 1) frame = requestAnimationFrame(draw);
    else end();
  };
  const unsubscribe = store.subscribe(() => {
    const next = store.get().review.goal;
    if (next === goal) return;
    goal = next;
    end();
    if (next !== null) frame = requestAnimationFrame(() => (frame = requestAnimationFrame(draw)));
  });
  return () => {
    unsubscribe();
    end();
  };
}
