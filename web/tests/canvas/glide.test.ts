import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { watchGlide } from '../../src/canvas/glide';
import type { Box } from '../../src/geometry/box';
import { around } from '../../src/geometry/sight';
import { loadPage } from '../../src/state/images/image-list';
import { open } from '../../src/state/images/navigation';
import type { Page } from '../../src/state/page';
import { panBy, resize } from '../../src/state/view/viewing';
import { FakeProgram, pageOn } from '../state/fake-program';

let page: Page;
let frames: Map<number, (now: number) => void>;
let now: number;
let still: boolean;
let stop: () => void;

const box: Box = [100, 100, 160, 140];
const view = () => page.store.get().viewport;
const goal = () => around(box, page.store.get().picture!, page.store.get().screen);

function frame(ms = 16): void {
  now += ms;
  const due = [...frames.values()];
  frames.clear();
  for (const draw of due) draw(now);
}

function look(): void {
  page.store.set({ review: { ...page.store.get().review, goal: { box } } });
}

beforeEach(async () => {
  frames = new Map();
  now = 0;
  still = false;
  let id = 0;
  vi.stubGlobal('requestAnimationFrame', (draw: (now: number) => void) => {
    frames.set(++id, draw);
    return id;
  });
  vi.stubGlobal('cancelAnimationFrame', (number: number) => frames.delete(number));
  vi.stubGlobal('matchMedia', () => ({ matches: still }));
  const program = new FakeProgram(['a.jpg', 'b.jpg']);
  page = pageOn(program);
  page.store.set({ project: await program.api.project() });
  await loadPage(page, 0);
  await open(page, 'a.jpg');
  stop = watchGlide(page);
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

describe('the glide to what a walk looks at', () => {
  test('comes nearer frame by frame, and ends there', () => {
    look();
    const scales: number[] = [];
    for (let i = 0; i < 30; ++i) {
      frame();
      scales.push(view().scale);
    }
    for (let i = 1; i < scales.length; ++i) expect(scales[i]!).toBeGreaterThanOrEqual(scales[i - 1]!);
    expect(view()).toEqual(goal());
    expect(frames.size).toBe(0);
  });

  test('is one step for who prefers less motion', () => {
    still = true;
    look();
    frame();
    frame();
    expect(view()).toEqual(goal());
    expect(frames.size).toBe(0);
  });

  test('a hand that moves the picture ends it', () => {
    look();
    for (let i = 0; i < 5; ++i) frame();
    panBy(page, 10, 0);
    const moved = view();
    for (let i = 0; i < 30; ++i) frame();
    expect(view()).toEqual(moved);
  });

  test('a canvas that changes its size does not', () => {
    look();
    for (let i = 0; i < 5; ++i) frame();
    resize(page, { width: 700, height: 500 });
    for (let i = 0; i < 40; ++i) frame();
    expect(view()).toEqual(goal());
  });

  test('another picture ends it', async () => {
    look();
    for (let i = 0; i < 5; ++i) frame();
    await open(page, 'b.jpg');
    const fitted = view();
    for (let i = 0; i < 30; ++i) frame();
    expect(view()).toEqual(fitted);
  });
});
