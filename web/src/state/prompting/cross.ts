// A cross on the picture that keys move, for who has no pointer: it sets points and the corners of a box, as clicks and
// drags do. It belongs to the picture it was called on, and to prompting: with either left it is gone, and has to be called
// again.

import { boxOf, clamp, clampPoint, type Box, type Point } from '../../geometry/box';
import { toScreen, visible } from '../../geometry/viewport';
import { text } from '../../text/en';
import { isPrompting, type ToolName } from '../editing/tools-state';
import { announce } from '../messages';
import type { Page } from '../page';
import type { PageState } from '../page-state';
import { isLookOnly, sayLookOnly } from '../project/windows';
import { panBy } from '../view/viewing';
import { acceptSegmentAt } from './everything';
import { drawBox, hasPrompt, setPoint } from './prompting';

export interface Cross {
  readonly picture: string;
  readonly at: Point; // pixels of the picture
  readonly corner: Point | null; // the first of a box
}

export type Step = 'pixel' | 'small' | 'large';

const stepPx = { small: 8, large: 64 } as const; // CSS pixels
const marginPx = 32; // that it keeps from the edge of the view
const aroundPx = 16; // of what it points at, that is to be seen
const smallest = 2; // a side of a box, pixels of the picture

const words = text.prompting.cross;

export function crossOf({ cross, picture, mode, views }: PageState): Cross | null {
  const here = cross !== null && cross.picture === picture?.name && isPrompting(mode) && views.viewer === null;
  return here ? cross : null;
}

export function canCross({ picture, mode, views }: PageState): boolean {
  return picture !== null && isPrompting(mode) && views.viewer === null;
}

function put(page: Page, cross: Cross | null): void {
  page.store.set({ cross });
}

const place = ({ x, y }: Point) => words.place(String(Math.round(x)), String(Math.round(y)));

// In the middle of what is seen of the picture.
export function callCross(page: Page): void {
  const state = page.store.get();
  if (crossOf(state) !== null) return putCrossAway(page);
  if (!canCross(state)) return;
  const [x0, y0, x1, y1] = visible(state.viewport, state.picture!, state.screen);
  const at = { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
  put(page, { picture: state.picture!.name, at, corner: null });
  announce(page, state.mode === 'box' && !hasPrompt(state) ? words.calledForBox : words.calledForPoints);
}

export function putCrossAway(page: Page): void {
  put(page, null);
  announce(page, words.away);
}

// One step back: the first corner, then the cross itself.
export function leaveCross(page: Page): void {
  const cross = crossOf(page.store.get());
  if (cross?.corner == null) return putCrossAway(page);
  put(page, { ...cross, corner: null });
  announce(page, words.cornerAway);
}

// For another picture: the cross stays behind. Returns what to say of it: something only if a box was half drawn.
export function leaveCrossBehind(page: Page, picture: string): string {
  const { cross } = page.store.get();
  if (cross === null || cross.picture === picture) return '';
  put(page, null);
  return cross.corner === null ? '' : words.cornerLost;
}

// For another tool: half a box is of no use to it, and one that makes no prompts has no cross. Returns as the above.
export function changeToolAtCross(page: Page, mode: ToolName): string {
  const { cross, mode: before } = page.store.get();
  if (cross === null || mode === before) return '';
  put(page, isPrompting(mode) ? { ...cross, corner: null } : null);
  return cross.corner === null ? '' : words.cornerLost;
}

// What is to be seen on the screen while it is there: its surroundings and the box that is half drawn. CSS pixels of the
// view.
export function seenAtCross(state: PageState): Box | null {
  const cross = crossOf(state);
  if (cross === null) return null;
  const at = toScreen(state.viewport, cross.at);
  const [x0, y0, x1, y1] = boxOf(cross.corner === null ? at : toScreen(state.viewport, cross.corner), at);
  return [x0 - aroundPx, y0 - aroundPx, x1 + aroundPx, y1 + aroundPx];
}

// Pans where it would leave the view.
function follow(page: Page, at: Point): void {
  const { viewport, screen } = page.store.get();
  const on = toScreen(viewport, at);
  const [mx, my] = [Math.min(marginPx, screen.width / 4), Math.min(marginPx, screen.height / 4)];
  const dx = clamp(on.x, mx, screen.width - mx) - on.x;
  const dy = clamp(on.y, my, screen.height - my) - on.y;
  if (dx !== 0 || dy !== 0) panBy(page, dx, dy);
}

export function moveCross(page: Page, right: number, down: number, step: Step): void {
  const { picture, viewport } = page.store.get();
  const cross = crossOf(page.store.get());
  if (cross === null || picture === null) return;
  const by = step === 'pixel' ? 1 : Math.max(1, stepPx[step] / viewport.scale);
  const at = clampPoint({ x: cross.at.x + right * by, y: cross.at.y + down * by }, picture);
  put(page, { ...cross, at });
  follow(page, at);
  announce(page, place(at));
}

function setCorner(page: Page, cross: Cross): void {
  if (cross.corner === null) {
    put(page, { ...cross, corner: cross.at });
    return announce(page, words.corner(place(cross.at)));
  }
  const box = boxOf(cross.corner, cross.at);
  if (box[2] - box[0] < smallest || box[3] - box[1] < smallest) return announce(page, words.tooSmall);
  put(page, { ...cross, corner: null });
  drawBox(page, box);
  announce(page, words.box);
}

// As a click there, or one end of a drag in box mode. foreground: left click; else right.
export function setAtCross(page: Page, foreground: boolean): void {
  const state = page.store.get();
  const cross = crossOf(state);
  if (cross === null || state.picture === null) return;
  if (isLookOnly(state)) return sayLookOnly(page);
  if (foreground && cross.corner === null && acceptSegmentAt(page, cross.at)) return;
  if (state.mode === 'box' && (cross.corner !== null || !hasPrompt(state))) {
    if (foreground) setCorner(page, cross);
    else announce(page, words.boxFirst);
  } else {
    const { width, height } = state.picture; // a point lies on a pixel, a corner may lie on the picture's edge
    setPoint(page, Math.min(cross.at.x, width - 0.5), Math.min(cross.at.y, height - 0.5), foreground);
    announce(page, words.point[foreground ? 'positive' : 'negative'](place(cross.at)));
  }
}
