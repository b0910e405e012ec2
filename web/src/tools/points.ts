// A click says what belongs to the object (left) and what does not (right, or a long press of a finger). A finger that
// moves takes the picture along: there is nothing to draw.

import { contains } from '../geometry/box';
import { acceptSegmentAt, hoverSegment, offersSegments } from '../state/prompting/everything';
import { hold, hoverAt, leave } from '../state/prompting/hovering';
import type { Page } from '../state/page';
import { setPoint } from '../state/prompting/prompting';
import { pan } from './pan';
import { isStill, type Gesture, type Spot, type Tool } from './tool';

const longMs = 500;

export function hoverPrompt(page: Page, { at }: Spot): void {
  if (offersSegments(page.store.get())) hoverSegment(page, at);
  else hoverAt(page, at);
}

function click(page: Page, start: Spot, end: Spot): void {
  const { picture } = page.store.get();
  if (picture === null) return;
  const long = start.kind === 'touch' && end.time - start.time >= longMs;
  const foreground = start.button === 0 && !long;
  if (foreground && acceptSegmentAt(page, start.at)) return;
  if (contains(picture, start.at)) setPoint(page, start.at.x, start.at.y, foreground);
}

export const points: Tool = {
  press(page, start) {
    hold(page); // the mask under the cursor stays until the click's own is there
    let panning: Gesture | null = null;
    return {
      get pans() {
        return panning !== null;
      },
      move(spot) {
        if (start.kind !== 'touch') return;
        if (panning === null && !isStill(start, spot)) panning = pan(page, start);
        panning?.move(spot);
      },
      up(end) {
        if (panning === null && isStill(start, end)) click(page, start, end);
      },
      cancel() {
        panning?.cancel();
      },
    };
  },
  hover: hoverPrompt,
  leave,
};
