// A drag makes a box. A click selects, or, while a box is being refined, says what belongs to the object and what not.

import { boxOf, clampPoint, contains, type Box } from '../geometry/box';
import { acceptSegmentAt } from '../state/prompting/everything';
import { leave } from '../state/prompting/hovering';
import type { Page } from '../state/page';
import { drawBox, hasPrompt, setPoint } from '../state/prompting/prompting';
import { hoverPrompt } from './points';
import { selectWith } from './select';
import { isStill, type Spot, type Tool } from './tool';

const smallest = 2; // pixels of the picture

function drawn(page: Page, start: Spot, end: Spot): Box | null {
  const { picture } = page.store.get();
  if (picture === null || isStill(start, end)) return null;
  return boxOf(clampPoint(start.at, picture), clampPoint(end.at, picture));
}

function click(page: Page, spot: Spot): void {
  const { picture } = page.store.get();
  const left = spot.button === 0;
  if (picture === null || (left && acceptSegmentAt(page, spot.at))) return;
  if (!hasPrompt(page.store.get())) {
    if (left) selectWith(page, spot);
  } else if (contains(picture, spot.at)) {
    setPoint(page, spot.at.x, spot.at.y, left);
  }
}

export const box: Tool = {
  press(page, start) {
    let rubber: Box | null = null;
    let last = start;
    leave(page);
    return {
      get hidesBox() {
        return rubber !== null;
      },
      move(spot) {
        last = spot;
        if (start.button === 0) rubber = drawn(page, start, spot);
      },
      up(end) {
        if (isStill(start, end)) return click(page, start);
        const made = start.button === 0 ? drawn(page, start, end) : null;
        if (made !== null && made[2] - made[0] >= smallest && made[3] - made[1] >= smallest) drawBox(page, made);
      },
      cancel: () => undefined,
      draw(pen) {
        if (rubber !== null) pen.box(rubber);
        pen.guides(last.at);
      },
    };
  },
  hover: hoverPrompt,
  leave,
  draw(pen, _, hover) {
    if (hover !== null && hover.kind !== 'touch') pen.guides(hover.at);
  },
};
