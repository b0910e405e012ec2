// Pointer and wheel over the picture, handed to the tool in hand. The middle button, or Space with the left, moves the
// picture; Ctrl or Alt with the left selects, except where the tool itself has a use for them. Two fingers zoom and move,
// and put away what the first had begun. Moves are drawn once a frame.

import type { Point } from '../geometry/box';
import { toPicture } from '../geometry/viewport';
import { isLookOnly, sayLookOnly } from '../state/project/windows';
import type { Page } from '../state/page';
import { panBy, zoom } from '../state/view/viewing';
import type { Hand } from '../tools/hand';
import { pan } from '../tools/pan';
import { select } from '../tools/select';
import { tools } from '../tools/table';
import { isStill, type Gesture, type Spot } from '../tools/tool';

export interface PointerState {
  space: boolean; // Space is held: the left button moves the picture
  cancel: () => boolean; // puts away the gesture that goes on; false if none does
}

const doubleMs = 400;
const doublePx = 8;

type Moment = Pick<
  MouseEvent,
  'clientX' | 'clientY' | 'button' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey' | 'timeStamp'
>;
type Press = Moment & Partial<Pick<PointerEvent, 'pointerType' | 'getCoalescedEvents'>>;

function kindOf(type: string | undefined): Spot['kind'] {
  return type === 'touch' || type === 'pen' ? type : 'mouse';
}

function wheelFactor(event: WheelEvent): number {
  const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 24 : event.deltaY;
  return Math.exp(-Math.max(-240, Math.min(240, pixels)) * (event.ctrlKey ? 0.01 : 0.0018));
}

// Two fingers: what was between them stays between them.
function pinch(page: Page, before: readonly [Point, Point], now: readonly [Point, Point]): void {
  const middle = (pair: readonly [Point, Point]) => ({
    x: (pair[0].x + pair[1].x) / 2,
    y: (pair[0].y + pair[1].y) / 2,
  });
  const apart = (pair: readonly [Point, Point]) =>
    Math.max(1, Math.hypot(pair[0].x - pair[1].x, pair[0].y - pair[1].y));
  const [from, to] = [middle(before), middle(now)];
  panBy(page, to.x - from.x, to.y - from.y);
  zoom(page, to, apart(now) / apart(before));
}

// On an image that another window has a press selects; one that would draw says whose it is, before anything is drawn.
function look(page: Page, start: Spot): Gesture {
  const gesture = select(page, start);
  const up = (end: Spot) => {
    gesture.up(end);
    if (!isStill(start, end) || page.store.get().mode !== 'box') sayLookOnly(page);
  };
  if (start.kind === 'touch') return panOrTap(page, start, up);
  return { ...gesture, up };
}

// Where a finger has nothing to draw it moves the picture; a second finger goes on from there.
function panOrTap(page: Page, start: Spot, tap: (end: Spot) => void): Gesture {
  const moving = pan(page, start);
  let still = true;
  return {
    pans: true,
    move(spot) {
      still &&= isStill(start, spot);
      if (!still) moving.move(spot);
    },
    up(end) {
      if (still && isStill(start, end)) tap(end);
    },
    cancel: () => undefined,
  };
}

function begin(page: Page, spot: Spot, space: boolean): Gesture | null {
  if (spot.button === 1 || (spot.button === 0 && space)) return pan(page, spot);
  if (page.store.get().picture === null) return null;
  const { mode, opening } = page.store.get();
  if (opening !== null) return null; // it would be drawn on an image that is about to go
  if (isLookOnly(page.store.get())) return spot.button === 0 ? look(page, spot) : null;
  const selects =
    spot.button === 0 && mode !== 'vertices' && (spot.mod || (spot.alt && mode !== 'brush' && mode !== 'eraser'));
  return selects ? select(page, spot) : tools[mode].press(page, spot);
}

// Returns the unbind. changed: what the hand does changed and is to be drawn.
export function bindPointer(
  element: HTMLElement,
  page: Page,
  hand: Hand,
  pointer: PointerState,
  changed: () => void,
): () => void {
  const stop = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(name: K, handle: (event: HTMLElementEventMap[K]) => void) =>
    element.addEventListener(name, handle, { signal: stop.signal, passive: false });
  const fingers = new Map<number, Point>();
  let pinching = false; // until all fingers are up
  let active: { readonly id: number; readonly button: number } | null = null;
  let last: Spot | null = null; // press, for double clicks

  const screenOf = (event: Moment, box = element.getBoundingClientRect()): Point => ({
    x: event.clientX - box.left,
    y: event.clientY - box.top,
  });
  const spotOf = (event: Press): Spot => {
    const box = element.getBoundingClientRect();
    const { viewport } = page.store.get();
    const screen = screenOf(event, box);
    const passed = event.getCoalescedEvents?.() ?? [];
    const at = toPicture(viewport, screen);
    return {
      screen,
      at,
      path: [...passed.slice(0, -1).map((each) => toPicture(viewport, screenOf(each, box))), at],
      kind: kindOf(event.pointerType),
      button: event.button,
      shift: event.shiftKey,
      alt: event.altKey,
      mod: event.ctrlKey || event.metaKey,
      clicks: 1,
      time: event.timeStamp,
    };
  };
  const withClicks = (spot: Spot): Spot => {
    const near = last !== null && Math.hypot(spot.screen.x - last.screen.x, spot.screen.y - last.screen.y) < doublePx;
    const again = near && spot.button === last!.button && spot.time - last!.time < doubleMs && last!.clicks === 1;
    last = { ...spot, clicks: again ? 2 : 1 };
    return last;
  };
  const show = () => {
    const state = page.store.get();
    element.dataset['gesture'] = String(hand.gesture !== null || pinching);
    element.dataset['pan'] = String(hand.gesture?.pans === true);
    element.style.cursor =
      pointer.space || hand.gesture?.pans === true ? '' : (tools[state.mode].cursor?.(state, hand.hover) ?? '');
    changed();
  };
  const end = (): Gesture | null => {
    const { gesture } = hand;
    hand.gesture = null;
    active = null;
    return gesture;
  };
  pointer.cancel = () => {
    const gesture = end();
    gesture?.cancel();
    show();
    return gesture !== null;
  };
  const lift = (id: number) => {
    fingers.delete(id);
    if (!pinching || fingers.size > 0) return;
    pinching = false;
    show();
  };

  on('pointerdown', (event) => {
    if (event.pointerType === 'touch') {
      fingers.set(event.pointerId, screenOf(event));
      if (fingers.size === 2) {
        pinching = true;
        pointer.cancel();
      }
    }
    if (hand.gesture !== null || pinching) return;
    const spot = withClicks(spotOf(event));
    hand.hover = spot;
    hand.shift = spot.shift;
    hand.gesture = begin(page, spot, pointer.space);
    if (hand.gesture === null) return show();
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    active = { id: event.pointerId, button: event.button };
    show();
  });
  on('pointermove', (event) => {
    if (fingers.has(event.pointerId)) {
      const before = [...fingers.values()];
      fingers.set(event.pointerId, screenOf(event));
      const now = [...fingers.values()];
      if (pinching && now.length === 2) pinch(page, [before[0]!, before[1]!], [now[0]!, now[1]!]);
      if (pinching) return;
    }
    if (active !== null && event.pointerId !== active.id) return;
    const spot = spotOf(event);
    hand.hover = spot;
    hand.shift = spot.shift;
    if (hand.gesture !== null) hand.gesture.move(spot);
    else if (!pointer.space) tools[page.store.get().mode].hover?.(page, spot);
    show();
  });
  on('pointerup', (event) => {
    lift(event.pointerId);
    if (active === null || event.pointerId !== active.id || event.button !== active.button) return;
    const spot = spotOf(event);
    const gesture = end();
    gesture?.up(spot);
    if (event.pointerType === 'touch') hand.hover = null; // a finger that is up is nowhere
    show();
  });
  on('pointercancel', (event) => {
    lift(event.pointerId);
    if (active?.id === event.pointerId) pointer.cancel();
  });
  on('pointerleave', () => {
    hand.hover = null;
    tools[page.store.get().mode].leave?.(page);
    show();
  });
  on('contextmenu', (event) => event.preventDefault());
  on('wheel', (event) => {
    event.preventDefault();
    zoom(page, screenOf(event), wheelFactor(event));
  });
  // What was begun on one picture does not go on over another.
  let name = page.store.get().picture?.name;
  const unsubscribe = page.store.subscribe(() => {
    const turned = page.store.get().picture?.name !== name;
    name = page.store.get().picture?.name;
    if (turned && end() !== null) show();
  });
  stop.signal.addEventListener('abort', unsubscribe);
  // Shift turns the brush into the eraser before it is pressed.
  const shifted = (event: KeyboardEvent) => {
    if (event.key !== 'Shift' || hand.shift === event.shiftKey) return;
    hand.shift = event.shiftKey;
    if (hand.hover !== null) show();
  };
  document.addEventListener('keydown', shifted, { signal: stop.signal });
  document.addEventListener('keyup', shifted, { signal: stop.signal });
  return () => stop.abort();
}
