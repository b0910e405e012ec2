import { beforeEach, describe, expect, test } from 'vitest';
import { toScreen } from '../../../src/geometry/viewport';
import { actions } from '../../../src/input/actions';
import { makeKeymap } from '../../../src/input/keymap';
import { placeNow } from '../../../src/input/place';
import type { Page } from '../../../src/state/page';
import { chooseTool } from '../../../src/state/editing/choosing-tools';
import { open } from '../../../src/state/images/navigation';
import { callCross, crossOf, leaveCross, moveCross, seenAtCross, setAtCross, type Step } from '../../../src/state/prompting/cross';
import { zoom } from '../../../src/state/view/viewing';
import { makeRandom } from '../../random';
import { FakeProgram, pageOn, settle } from '../fake-program';

let program: FakeProgram;
let page: Page;
const at = () => crossOf(page.store.get())!.at;
const said = () => page.store.get().announcement;

// A key as the keyboard gives it to the action of the place.
function press(key: string): void {
  const action = makeKeymap(actions, {}, placeNow(page.store.get())).get(key);
  if (action === undefined || action.enabled?.(page.store.get()) === false) throw new Error(`nobody hears ${key}`);
  action.run(page, key);
}

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 0 });
  await open(page, 'a.jpg'); // 400 × 300
});

describe('the cross that keys move', () => {
  test('comes in the middle of what is seen, and goes with Esc or the picture', async () => {
    callCross(page);
    expect(at()).toEqual({ x: 200, y: 150 });
    expect(placeNow(page.store.get())).toBe('cross');
    press('Escape');
    expect(crossOf(page.store.get())).toBeNull();
    callCross(page);
    await open(page, 'b.jpg');
    expect(crossOf(page.store.get())).toBeNull();
    expect(placeNow(page.store.get())).toBe('main');
    callCross(page);
    chooseTool(page, 'brush');
    expect(crossOf(page.store.get())).toBeNull();
  });

  test('two corners make the box, points refine it, and A is free to add the mask', async () => {
    callCross(page);
    press('Enter');
    expect(said()).toMatch(/^First corner at 200, 150/);
    press('Enter');
    expect(said()).toMatch(/no size/);
    for (let i = 0; i < 40; ++i) press('Alt+ArrowRight');
    for (let i = 0; i < 30; ++i) press('Alt+ArrowDown');
    press('Enter');
    expect(program.asked.at(-1)!.request.boxes).toEqual([[200, 150, 240, 180]]);
    press('Shift+Enter');
    await settle();
    expect(program.asked.at(-1)!.request.points).toEqual([{ x: 240, y: 180, foreground: false }]);
    expect(makeKeymap(actions, {}, 'cross').get('a')?.id).toBe('add');
    expect(makeKeymap(actions, {}, 'cross').get('1')?.id).toBe('class-number');
  });

  test('it does not come back with the picture, nor half a box with it; what was lost is said', async () => {
    callCross(page);
    await open(page, 'b.jpg');
    expect(said()).toMatch(/^Image 2, b\.jpg/);
    await open(page, 'a.jpg');
    expect(crossOf(page.store.get())).toBeNull();
    callCross(page);
    press('Enter');
    await open(page, 'b.jpg');
    expect(said()).toMatch(/corner of the box is dropped\. Image 2, b\.jpg/);
    await open(page, 'a.jpg');
    expect(said()).toMatch(/^Image 1/);
    expect(crossOf(page.store.get())).toBeNull();
    callCross(page);
    expect(crossOf(page.store.get())).toMatchObject({ corner: null });
    press('Enter');
    await open(page, 'a.jpg'); // the same one again is not left
    expect(crossOf(page.store.get())).toMatchObject({ corner: at() });
  });

  test('another tool drops the first corner and says so; one that makes no prompts has no cross, and gives none back', () => {
    callCross(page);
    press('Enter');
    press('Alt+ArrowRight');
    chooseTool(page, 'box'); // it was that already
    expect(crossOf(page.store.get())!.corner).toEqual({ x: 200, y: 150 });
    press('w');
    expect(crossOf(page.store.get())).toMatchObject({ at: { x: 201, y: 150 }, corner: null });
    expect(said()).toMatch(/^The first corner of the box is dropped\. ./);
    press('w');
    expect(said()).not.toMatch(/dropped/);
    press('Enter');
    chooseTool(page, 'brush');
    expect(said()).toMatch(/dropped/);
    chooseTool(page, 'box');
    expect(crossOf(page.store.get())).toBeNull();
  });

  test('what is to be seen at it: its surroundings, and the whole of the half-drawn box', () => {
    expect(seenAtCross(page.store.get())).toBeNull();
    callCross(page);
    const [x0, y0, x1, y1] = seenAtCross(page.store.get())!;
    const centre = toScreen(page.store.get().viewport, at());
    expect([(x0 + x1) / 2, (y0 + y1) / 2]).toEqual([centre.x, centre.y]);
    expect(x1 - x0).toBeGreaterThan(20);
    press('Enter');
    for (let i = 0; i < 3; ++i) press('Shift+ArrowLeft');
    const there = toScreen(page.store.get().viewport, at());
    const [left, , right] = seenAtCross(page.store.get())!;
    expect(left).toBeLessThan(there.x);
    expect(right).toBe(x1);
  });

  test('Esc takes the first corner back before the cross goes', () => {
    callCross(page);
    setAtCross(page, true);
    leaveCross(page);
    expect(crossOf(page.store.get())).toMatchObject({ corner: null });
    leaveCross(page);
    expect(crossOf(page.store.get())).toBeNull();
    expect(program.asked).toEqual([]);
  });

  test('in points mode Enter says what belongs, Shift Enter what does not; at the edge a point lies on the picture', () => {
    chooseTool(page, 'point');
    callCross(page);
    press('Enter');
    for (let i = 0; i < 60; ++i) press('Shift+ArrowRight');
    press('Shift+Enter');
    expect(program.asked.at(-1)!.request.points).toEqual([
      { x: 200, y: 150, foreground: true },
      { x: 399.5, y: 150, foreground: false },
    ]);
  });

  test('wherever it is moved, it stays on the picture and in sight', () => {
    const next = makeRandom(5);
    callCross(page);
    for (let i = 0; i < 300; ++i) {
      if (i % 50 === 0) zoom(page, toScreen(page.store.get().viewport, at()), 2);
      const step = (['pixel', 'small', 'large'] as const satisfies readonly Step[])[Math.floor(next(0, 3))]!;
      moveCross(page, Math.floor(next(0, 3)) - 1, Math.floor(next(0, 3)) - 1, step);
      const { x, y } = at();
      expect(x >= 0 && y >= 0 && x <= 400 && y <= 300).toBe(true);
      const { viewport, screen } = page.store.get();
      const on = toScreen(viewport, at());
      expect(on.x >= 0 && on.y >= 0 && on.x <= screen.width && on.y <= screen.height).toBe(true);
    }
  });
});
