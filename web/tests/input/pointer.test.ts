import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { toPicture, toScreen } from '../../src/geometry/viewport';
import { bindPointer, type PointerState } from '../../src/input/pointer';
import { open } from '../../src/state/images/navigation';
import type { Page } from '../../src/state/page';
import { makeHand, type Hand } from '../../src/tools/hand';
import { FakeProgram, pageOn, settle, square } from '../state/fake-program';

// As much of an element as the pointer needs.
class Surface extends EventTarget {
  readonly dataset: Record<string, string> = {};
  readonly style: Record<string, string> = {};
  readonly captured: number[] = [];
  getBoundingClientRect(): { left: number; top: number } {
    return { left: 100, top: 50 };
  }
  setPointerCapture(id: number): void {
    this.captured.push(id);
  }
}

let program: FakeProgram;
let page: Page;
let surface: Surface;
let hand: Hand;
let pointer: PointerState;
let unbind: () => void;

const none = {
  button: 0,
  shiftKey: false,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  pointerType: 'mouse',
  pointerId: 1,
};

function send(type: string, [x, y]: readonly [number, number], more: Record<string, unknown> = {}): void {
  const event = new Event(type, { cancelable: true });
  surface.dispatchEvent(Object.assign(event, { ...none, clientX: 100 + x, clientY: 50 + y, ...more }));
}

const finger = (id: number) => ({ pointerType: 'touch', pointerId: id });

const before = globalThis.document;
beforeAll(() => {
  globalThis.document = new EventTarget() as Document;
});
afterAll(() => {
  globalThis.document = before;
});

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  program.apply('a.jpg', { type: 'add', class_id: 0, polygon: [square(100, 100, 50)] });
  page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 0, mode: 'box' });
  await open(page, 'a.jpg');
  surface = new Surface();
  hand = makeHand();
  pointer = { space: false, cancel: () => false };
  unbind = bindPointer(surface as unknown as HTMLElement, page, hand, pointer, () => undefined);
});

afterEach(() => unbind());

const viewport = () => page.store.get().viewport;
const prompt = () => page.store.get().prompt.present;

describe('pointer', () => {
  test('on an image that another window has nothing is drawn, and the page says whose it is; a click still selects', () => {
    const holder = { window: 'other', person: 'Somebody', image: 'a.jpg', holds: true };
    page.store.set({ picture: { ...page.store.get().picture!, holder } });
    for (const mode of ['box', 'point', 'brush', 'eraser', 'vertices'] as const) {
      page.store.set({ mode, toasts: [] });
      send('pointerdown', [200, 200]);
      send('pointermove', [260, 240]);
      send('pointerup', [260, 240]);
      expect(page.store.get().toasts.map(({ title }) => title)).toEqual(['Somebody has this image and may change it. You can look.']);
    }
    expect(prompt().box).toBeNull();
    expect(page.store.get()).toMatchObject({ edits: { waiting: [] }, tools: { strokes: [] } });
    page.store.set({ mode: 'box', toasts: [] });
    const at = toScreen(viewport(), { x: 100, y: 100 });
    send('pointerdown', [at.x, at.y]);
    send('pointerup', [at.x, at.y]);
    expect([...page.store.get().selection]).toEqual([1]);
    expect(page.store.get().toasts).toEqual([]);
  });

  test('on an image that another window has a finger moves the picture, a tap selects, a second finger goes on from there', () => {
    const holder = { window: 'other', person: 'Somebody', image: 'a.jpg', holds: true };
    page.store.set({ picture: { ...page.store.get().picture!, holder } });
    for (const mode of ['box', 'point', 'brush', 'eraser', 'vertices'] as const) {
      page.store.set({ mode });
      const { x, y, scale } = viewport();
      send('pointerdown', [200, 200], finger(1));
      send('pointermove', [230, 190], finger(1));
      send('pointermove', [200, 240], finger(1)); // back near the beginning is still no tap
      send('pointermove', [203, 203], finger(1));
      send('pointerup', [203, 203], finger(1));
      expect(viewport()).toEqual({ x: x + 3, y: y + 3, scale });
    }
    expect(page.store.get()).toMatchObject({ toasts: [], edits: { waiting: [] }, tools: { strokes: [] } });
    expect(prompt().box).toBeNull();
    page.store.set({ mode: 'box', selection: new Set() });
    const before = viewport();
    const at = toScreen(before, { x: 100, y: 100 });
    send('pointerdown', [at.x, at.y], finger(1));
    send('pointermove', [at.x + 4, at.y], finger(1));
    send('pointerup', [at.x + 4, at.y], finger(1));
    expect([...page.store.get().selection]).toEqual([1]);
    expect(viewport()).toEqual(before);
    send('pointerdown', [200, 200], finger(1));
    send('pointermove', [250, 200], finger(1));
    send('pointerdown', [300, 200], finger(2));
    expect(viewport()).toEqual({ ...before, x: before.x + 50 });
  });

  test('the surface says while something is done on it, with one finger or two', () => {
    const busy = () => surface.dataset['gesture'];
    send('pointermove', [190, 200]);
    expect(busy()).toBe('false');
    send('pointerdown', [200, 200]);
    expect(busy()).toBe('true');
    send('pointerup', [260, 240]);
    expect(busy()).toBe('false');
    send('pointerdown', [300, 300], finger(1));
    send('pointerdown', [400, 300], finger(2));
    send('pointerup', [300, 300], finger(1));
    expect(busy()).toBe('true');
    send('pointerup', [400, 300], finger(2));
    expect(busy()).toBe('false');
  });

  test('a drag goes to the tool, which keeps the pointer until it is up', () => {
    send('pointerdown', [200, 200]);
    send('pointermove', [260, 240]);
    send('pointermove', [999, 999], { pointerId: 7 }); // another pointer does not disturb it
    send('pointerup', [260, 240]);
    const [a, b] = [toPicture(viewport(), { x: 200, y: 200 }), toPicture(viewport(), { x: 260, y: 240 })];
    expect(prompt().box).toEqual([a.x, a.y, b.x, b.y]);
    expect(surface.captured).toEqual([1]);
    expect(hand.gesture).toBeNull();
  });

  test('what the system takes away changes nothing', () => {
    const state = page.store.get();
    send('pointerdown', [200, 200]);
    send('pointermove', [260, 240]);
    send('pointercancel', [260, 240]);
    send('pointerup', [260, 240]);
    expect(page.store.get()).toEqual(state);
  });

  test('what was begun on one picture does not go on over another', async () => {
    page.store.set({ mode: 'brush' });
    send('pointerdown', [200, 200]);
    send('pointermove', [260, 240]);
    await open(page, 'b.jpg');
    send('pointermove', [300, 240]);
    send('pointerup', [300, 240]);
    await settle();
    expect(program.edits).toEqual([]);
    expect(page.store.get().tools.strokes).toEqual([]);
  });

  test('Esc puts a gesture away; without one it is not taken', () => {
    expect(pointer.cancel()).toBe(false);
    send('pointerdown', [200, 200]);
    send('pointermove', [260, 240]);
    expect(pointer.cancel()).toBe(true);
    send('pointerup', [260, 240]);
    expect(prompt().box).toBeNull();
  });

  test('the middle button, and Space with the left, move the picture in every tool', () => {
    for (const mode of ['box', 'point', 'vertices', 'brush', 'eraser'] as const) {
      for (const [space, button] of [
        [true, 0],
        [false, 1],
      ] as const) {
        page.store.set({ mode });
        pointer.space = space;
        const { x, y } = viewport();
        send('pointerdown', [200, 200], { button });
        send('pointermove', [210, 195], { button: -1 });
        send('pointerup', [210, 195], { button });
        expect(viewport()).toMatchObject({ x: x + 10, y: y - 5 });
      }
    }
    expect(program.asked).toEqual([]);
    expect(program.edits).toEqual([]);
  });

  test('Ctrl selects in the tools that prompt', () => {
    const at = toScreen(viewport(), { x: 100, y: 100 });
    for (const mode of ['box', 'point'] as const) {
      page.store.set({ mode, selection: new Set() });
      send('pointerdown', [at.x, at.y], { ctrlKey: true });
      send('pointerup', [at.x, at.y], { ctrlKey: true });
      expect([...page.store.get().selection]).toEqual([1]);
    }
    expect(prompt().points).toEqual([]);
  });

  test('two fingers zoom and move what is between them, and put away what the first began', () => {
    send('pointerdown', [300, 300], finger(1));
    send('pointermove', [320, 300], finger(1));
    expect(hand.gesture).not.toBeNull();
    send('pointerdown', [400, 300], finger(2));
    expect(hand.gesture).toBeNull();
    const { scale } = viewport();
    const held = toPicture(viewport(), { x: 360, y: 300 });
    send('pointermove', [280, 320], finger(1));
    send('pointermove', [440, 320], finger(2)); // 80 px apart before, 160 after; the middle is 20 px lower
    expect(viewport().scale).toBeCloseTo(2 * scale, 5);
    const now = toScreen(viewport(), held);
    expect(now.x).toBeCloseTo(360, 3);
    expect(now.y).toBeCloseTo(320, 3);
    send('pointerup', [280, 320], finger(1));
    send('pointermove', [600, 500], finger(2)); // the finger that is left draws nothing
    send('pointerup', [600, 500], finger(2));
    expect(prompt().box).toBeNull();
    send('pointerdown', [300, 300], finger(3));
    send('pointermove', [380, 360], finger(3));
    send('pointerup', [380, 360], finger(3));
    expect(prompt().box).not.toBeNull();
  });

  test('the brush gets all places between two events', async () => {
    page.store.set({ mode: 'brush' });
    send('pointerdown', [200, 200]);
    const passed = [
      [220, 200],
      [220, 260],
      [200, 260],
    ].map(([x, y]) => ({ clientX: 100 + x!, clientY: 50 + y! }));
    send('pointermove', [200, 260], { getCoalescedEvents: () => passed });
    send('pointerup', [200, 260]);
    await settle();
    const [edit] = program.edits;
    expect(edit).toMatchObject({ type: 'paint', id: null });
    const points = edit?.type === 'paint' ? edit.points : [];
    expect(points).toHaveLength(4);
    const corner = toPicture(viewport(), { x: 220, y: 260 });
    expect(points[2]).toEqual([corner.x, corner.y]);
  });

  test('Shift shows the eraser in place of the brush before it is pressed', () => {
    page.store.set({ mode: 'brush' });
    send('pointermove', [200, 200]);
    expect(hand.shift).toBe(false);
    document.dispatchEvent(Object.assign(new Event('keydown'), { key: 'Shift', shiftKey: true }));
    expect(hand.shift).toBe(true);
    document.dispatchEvent(Object.assign(new Event('keyup'), { key: 'Shift', shiftKey: false }));
    expect(hand.shift).toBe(false);
  });
});
