// A tool is a small state: what a press of the pointer begins, what lies under the pointer before one, and how both are
// drawn. input/pointer.ts hands the events over; nothing here knows of the browser.

import type { Point } from '../geometry/box';
import { toPicture, toScreen } from '../geometry/viewport';
import type { Polygon } from '../geometry/polygon';
import type { Page } from '../state/page';
import type { PageState } from '../state/page-state';
import type { Pen } from './pen';

// The pointer at one moment.
export interface Spot {
  readonly screen: Point; // CSS pixels of the canvas
  readonly at: Point; // pixels of the picture
  readonly path: readonly Point[]; // where it was since the last event, in pixels of the picture; the last is `at`
  readonly kind: 'mouse' | 'pen' | 'touch';
  readonly button: number; // of the press: 0 left, 1 middle, 2 right
  readonly shift: boolean;
  readonly alt: boolean;
  readonly mod: boolean; // Ctrl, or the Mac's Command
  readonly clicks: number; // 2 for the second press of a double click
  readonly time: number; // ms
}

// From a press to its end. After up or cancel it hears no more.
export interface Gesture {
  readonly pans?: boolean;
  readonly hidesBox?: boolean; // of the prompt: another is being drawn
  // An object as it is while the gesture goes on, drawn in place of the stored one.
  readonly reshaped?: { readonly id: number; readonly polygon: Polygon } | null;
  move(spot: Spot): void;
  up(spot: Spot): void;
  cancel(): void; // changes nothing
  draw?(pen: Pen, state: PageState): void;
}

export interface Tool {
  press(page: Page, spot: Spot): Gesture | null; // null: the press is not for it
  hover?(page: Page, spot: Spot): void; // no button is pressed
  leave?(page: Page): void; // the pointer left, or something else was begun
  draw?(pen: Pen, state: PageState, hover: Spot | null): void; // while no gesture goes on
  cursor?(state: PageState, hover: Spot | null): string; // of CSS; a cross, if absent
}

// Distances that count as still, or as on something: a finger hides what it points at.
export const clickPx = { mouse: 4, pen: 6, touch: 10 } as const;
export const reachPx = { mouse: 8, pen: 12, touch: 24 } as const;

export function isStill(from: Spot, to: Spot): boolean {
  return Math.hypot(from.screen.x - to.screen.x, from.screen.y - to.screen.y) < clickPx[from.kind];
}

// How far from something a spot may be to mean it, in pixels of the picture.
export function reach(state: PageState, spot: Spot): number {
  return reachPx[spot.kind] / state.viewport.scale;
}

// A spot for the viewport of now: the view may have moved since the event.
export function spotNow(state: PageState, spot: Spot): Spot {
  return { ...spot, at: toPicture(state.viewport, spot.screen) };
}

export function screenOf(state: PageState, at: Point): Point {
  return toScreen(state.viewport, at);
}
