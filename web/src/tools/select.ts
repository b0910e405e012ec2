// A click that selects. With Alt, or again at the same place, it goes through what lies beneath.

import type { Page } from '../state/page';
import { selectAt, selectBeneath } from '../state/editing/selecting';
import { isStill, type Gesture, type Spot } from './tool';

export function selectWith(page: Page, spot: Spot): void {
  if (spot.alt) selectBeneath(page, spot.at);
  else selectAt(page, spot.at, spot.shift || spot.mod);
}

export function select(page: Page, start: Spot): Gesture {
  return {
    move: () => undefined,
    up: (end) => void (isStill(start, end) && selectWith(page, start)),
    cancel: () => undefined,
  };
}
