import { beforeEach, describe, expect, test } from 'vitest';
import { open } from '../../src/state/images/navigation';
import type { Page } from '../../src/state/page';
import { pan } from '../../src/tools/pan';
import { FakeProgram, pageOn, settle, square } from '../state/fake-program';
import { FakeHand } from './fake-hand';

let program: FakeProgram;
let page: Page;
let hand: FakeHand;

const present = () => page.store.get().prompt.present;
const selected = () => [...page.store.get().selection];

beforeEach(async () => {
  program = new FakeProgram(['a.jpg']);
  program.apply('a.jpg', { type: 'add', class_id: 0, polygon: [square(100, 100, 50)] });
  program.apply('a.jpg', { type: 'add', class_id: 1, polygon: [square(100, 100, 10)] });
  page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 0, mode: 'box' });
  await open(page, 'a.jpg');
  hand = new FakeHand(page);
});

describe('box', () => {
  test('a drag makes a box, cut to the picture, whichever way it goes', () => {
    hand.drag([80, 90], [40, 20], [-30, 10]);
    expect(present().box).toEqual([0, 10, 80, 90]);
  });

  test('a click selects the smallest; with a box it refines', () => {
    hand.click([100, 100]);
    expect(selected()).toEqual([2]);
    hand.drag([10, 10], [60, 70]);
    hand.click([30, 30]);
    hand.click([50, 50], { button: 2 });
    expect(present().points.map(({ foreground }) => foreground)).toEqual([true, false]);
  });

  test('a cancelled drag changes nothing', () => {
    const before = page.store.get();
    hand.press([10, 10]);
    hand.move([60, 60]);
    hand.cancel();
    expect(page.store.get()).toEqual(before);
    expect(program.asked).toEqual([]);
  });

  test('a press of a few pixels is a click, a finger may slip further', () => {
    const slip = 6 / page.store.get().viewport.scale;
    hand.drag([150, 150], [150 + slip, 150 + slip]);
    expect(present().box).not.toBeNull();
    page.store.set({ prompt: { ...page.store.get().prompt, present: { box: null, points: [], maskInput: null } } });
    new FakeHand(page, { kind: 'touch' }).drag([150, 150], [150 + slip, 150 + slip]);
    expect(present().box).toBeNull();
  });
});

describe('selecting what lies beneath', () => {
  test('the same place again goes down, another begins on top', () => {
    hand.click([100, 100]);
    hand.click([100, 100]);
    expect(selected()).toEqual([1]);
    hand.click([100, 100]);
    expect(selected()).toEqual([2]);
    hand.click([60, 60]);
    expect(selected()).toEqual([1]);
    hand.click([350, 250]);
    expect(selected()).toEqual([]);
  });

  test('Alt goes down wherever it is pressed', () => {
    hand.click([95, 95], { alt: true });
    expect(selected()).toEqual([2]);
    hand.click([104, 104], { alt: true });
    expect(selected()).toEqual([1]);
  });

  test('Shift adds and takes away', () => {
    hand.click([100, 100]);
    hand.click([60, 60], { shift: true });
    expect(selected()).toEqual([2, 1]);
    hand.click([60, 60], { shift: true });
    expect(selected()).toEqual([2]);
  });
});

describe('points', () => {
  beforeEach(() => page.store.set({ mode: 'point' }));

  test('left is part of it, right is not; a drag of the mouse is nothing', async () => {
    hand.click([10, 20]);
    hand.click([30, 40], { button: 2 });
    hand.drag([50, 50], [200, 200]);
    await settle();
    expect(present().points).toEqual([
      { x: 10, y: 20, foreground: true },
      { x: 30, y: 40, foreground: false },
    ]);
  });

  test('a finger that rests is not part of it, one that moves takes the picture along', () => {
    const finger = new FakeHand(page, { kind: 'touch' });
    finger.press([10, 20]);
    finger.up([10, 20], { time: 10_000 });
    expect(present().points).toEqual([{ x: 10, y: 20, foreground: false }]);
    const { x } = page.store.get().viewport;
    finger.press([10, 20]);
    finger.move([60, 20]);
    expect(finger.gesture?.pans).toBe(true);
    expect(page.store.get().viewport.x).toBeGreaterThan(x);
    finger.cancel();
    expect(page.store.get().viewport.x).toBe(x);
    expect(present().points).toHaveLength(1);
  });
});

test('panning follows the pointer, and a cancelled one goes back', () => {
  const before = page.store.get().viewport;
  const start = hand.spot([100, 100]);
  const gesture = pan(page, start);
  gesture.move({ ...start, screen: { x: start.screen.x + 30, y: start.screen.y - 20 } });
  expect(page.store.get().viewport).toEqual({ ...before, x: before.x + 30, y: before.y - 20 });
  gesture.cancel();
  expect(page.store.get().viewport).toEqual(before);
});
