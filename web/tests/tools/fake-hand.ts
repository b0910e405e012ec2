// A hand for tests: presses, moves and lets go at places of the picture, without a browser.

import { toScreen } from '../../src/geometry/viewport';
import type { Page } from '../../src/state/page';
import { tools } from '../../src/tools/table';
import type { Gesture, Spot, Tool } from '../../src/tools/tool';

export type At = readonly [x: number, y: number];

export class FakeHand {
  gesture: Gesture | null = null;
  private time = 0;

  constructor(
    readonly page: Page,
    readonly held: Partial<Spot> = {},
  ) {}

  spot([x, y]: At, more: Partial<Spot> = {}): Spot {
    this.time += 16;
    const at = { x, y };
    const screen = toScreen(this.page.store.get().viewport, at);
    const still = {
      kind: 'mouse',
      button: 0,
      shift: false,
      alt: false,
      mod: false,
      clicks: 1,
      time: this.time,
    } as const;
    return { ...still, at, screen, path: [at], ...this.held, ...more };
  }

  tool(): Tool {
    return tools[this.page.store.get().mode];
  }

  press(at: At, more: Partial<Spot> = {}): boolean {
    this.gesture = this.tool().press(this.page, this.spot(at, more));
    return this.gesture !== null;
  }

  move(...places: readonly At[]): void {
    for (const at of places) this.gesture?.move(this.spot(at));
  }

  up(at: At, more: Partial<Spot> = {}): void {
    this.gesture?.up(this.spot(at, more));
    this.gesture = null;
  }

  cancel(): void {
    this.gesture?.cancel();
    this.gesture = null;
  }

  drag(from: At, ...to: readonly At[]): void {
    this.press(from);
    this.move(...to);
    this.up(to.at(-1)!);
  }

  click(at: At, more: Partial<Spot> = {}): void {
    this.press(at, more);
    this.up(at, more);
  }
}
