// Pointer and wheel over the picture. Left drag in box mode draws a box; a click sets a point in point mode or while a
// box is being refined, else it selects. Middle drag, or Space with left drag, moves the picture. Moves are kept and
// drawn once a frame.

import { boxOf, clampPoint, contains, distance, type Point } from '../geometry/box';
import { toPicture } from '../geometry/viewport';
import type { Gesture } from '../canvas/prompt-layer';
import { acceptSegmentAt, hoverSegment, offersSegments } from '../state/everything';
import { hold, hoverAt, leave } from '../state/hovering';
import { drawBox, hasPrompt, setPoint } from '../state/prompting';
import type { Page } from '../state/page';
import { selectAt } from '../state/selecting';
import { panBy, zoom } from '../state/viewing';

const clickPx = 4; // a press that moves less is a click
const minBoxPx = 2; // picture pixels

interface Press {
  readonly kind: 'pan' | 'box' | 'click';
  readonly button: number;
  readonly start: Point;
  last: Point;
}

export interface PointerState {
  space: boolean; // Space is held: the left button moves the picture
}

function at(element: HTMLElement, event: MouseEvent): Point {
  const box = element.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function kindOf(page: Page, event: PointerEvent, space: boolean): Press['kind'] | null {
  if (event.button === 1 || (event.button === 0 && space)) return 'pan';
  if (event.button === 2) return 'click';
  if (event.button !== 0) return null;
  return page.store.get().mode === 'box' && !event.ctrlKey && !event.metaKey ? 'box' : 'click';
}

function click(page: Page, event: PointerEvent, screen: Point): void {
  const { picture, viewport, mode } = page.store.get();
  if (picture === null) return;
  const point = toPicture(viewport, screen);
  if (event.button === 0 && acceptSegmentAt(page, point)) return;
  const selecting = event.ctrlKey || event.metaKey || (mode === 'box' && !hasPrompt(page.store.get()));
  if (selecting) {
    if (event.button === 0) selectAt(page, point, event.shiftKey || event.ctrlKey || event.metaKey);
  } else if (contains(picture, point)) {
    setPoint(page, point.x, point.y, event.button === 0);
  }
}

function rubber(page: Page, press: Press): Gesture['rubber'] {
  const { picture, viewport } = page.store.get();
  if (picture === null || distance(press.start, press.last) < clickPx) return null;
  const a = clampPoint(toPicture(viewport, press.start), picture);
  const b = clampPoint(toPicture(viewport, press.last), picture);
  return boxOf(a, b);
}

function finish(page: Page, press: Press, event: PointerEvent): void {
  const still = distance(press.start, press.last) < clickPx;
  if (press.kind === 'pan') return;
  if (still) return click(page, event, press.start);
  if (press.kind !== 'box') return;
  const box = rubber(page, press);
  if (box !== null && box[2] - box[0] >= minBoxPx && box[3] - box[1] >= minBoxPx) drawBox(page, box);
}

function wheelFactor(event: WheelEvent): number {
  const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 24 : event.deltaY;
  return Math.exp(-Math.max(-240, Math.min(240, pixels)) * (event.ctrlKey ? 0.01 : 0.0018));
}

// Returns the unbind. changed: the gesture changed and is to be drawn.
export function bindPointer(
  element: HTMLElement,
  page: Page,
  gesture: Gesture,
  pointer: PointerState,
  changed: () => void,
): () => void {
  let press: Press | null = null;
  const stop = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(name: K, handle: (event: HTMLElementEventMap[K]) => void) =>
    element.addEventListener(name, handle, { signal: stop.signal, passive: false });
  const show = () => {
    gesture.panning = press?.kind === 'pan';
    element.dataset['pan'] = String(gesture.panning);
    changed();
  };

  on('pointerdown', (event) => {
    const kind = kindOf(page, event, pointer.space);
    if (press !== null || kind === null) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    const start = at(element, event);
    press = { kind, button: event.button, start, last: start };
    if (kind === 'click') hold(page);
    else leave(page);
    show();
  });
  on('pointermove', (event) => {
    const here = at(element, event);
    gesture.hover = here;
    if (press !== null) {
      if (press.kind === 'pan') panBy(page, here.x - press.last.x, here.y - press.last.y);
      press.last = here;
      if (press.kind === 'box') gesture.rubber = rubber(page, press);
    } else if (!pointer.space) {
      const spot = toPicture(page.store.get().viewport, here);
      if (offersSegments(page.store.get())) hoverSegment(page, spot);
      else hoverAt(page, spot);
    }
    changed();
  });
  on('pointerup', (event) => {
    if (press === null || event.button !== press.button) return;
    const done = press;
    press = null;
    gesture.rubber = null;
    show();
    finish(page, done, event);
  });
  const cancel = () => {
    press = null;
    gesture.rubber = null;
    show();
  };
  on('pointercancel', cancel);
  on('pointerleave', () => {
    gesture.hover = null;
    leave(page);
    changed();
  });
  on('contextmenu', (event) => event.preventDefault());
  on('wheel', (event) => {
    event.preventDefault();
    zoom(page, at(element, event), wheelFactor(event));
  });
  return () => stop.abort();
}
