// Moves the picture.

import type { Page } from '../state/page';
import { panBy } from '../state/view/viewing';
import type { Gesture, Spot } from './tool';

export function pan(page: Page, start: Spot): Gesture {
  const before = page.store.get().viewport;
  let last = start.screen;
  return {
    pans: true,
    move({ screen }) {
      panBy(page, screen.x - last.x, screen.y - last.y);
      last = screen;
    },
    up: () => undefined,
    cancel: () => page.store.set({ viewport: before }),
  };
}
