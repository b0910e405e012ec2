import { beforeEach, describe, expect, test } from 'vitest';
import { distance, type Point } from '../../src/geometry/box';
import { actionOf } from '../../src/input/actions';
import { Problem } from '../../src/model/problem';
import type { Edit } from '../../src/model/wire';
import { open } from '../../src/state/images/navigation';
import type { Page } from '../../src/state/page';
import { watchConnection } from '../../src/state/editing/edit-queue';
import { keepEdits } from '../../src/state/editing/kept-edits';
import { brushRadius, setBrushRadius } from '../../src/state/editing/painting';
import { watchReshaping } from '../../src/state/editing/reshaping';
import { extendStroke } from '../../src/tools/brush';
import { FakeProgram, pageOn, settle, square } from '../state/fake-program';
import { FakeHand } from './fake-hand';
import { makeRandom } from '../random';

let program: FakeProgram;
let page: Page;
let hand: FakeHand;

const strokes = () => page.store.get().tools.strokes;
const painted = () => program.edits as Extract<Edit, { type: 'paint' }>[];
const annotations = () => page.store.get().picture!.annotations;

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  program.apply('a.jpg', { type: 'add', class_id: 0, polygon: [square(100, 100, 50), square(200, 200, 20)] });
  page = pageOn(program);
  watchReshaping(page);
  page.store.set({ project: await program.api.project(), classId: 1, mode: 'brush' });
  await open(page, 'a.jpg');
  setBrushRadius(page, 5);
  hand = new FakeHand(page);
});

describe('brush', () => {
  test('nothing is selected: the stroke is a new object of the chosen class, and the next goes onto it', async () => {
    hand.drag([300, 50], [320, 60], [330, 70]);
    expect(strokes()).toHaveLength(1); // shown at once
    hand.drag([310, 50], [320, 90]); // before the first is stored
    await settle();
    expect(painted()).toMatchObject([
      { type: 'paint', id: null, class_id: 1, radius: 5 },
      { type: 'paint', id: 2, radius: 5 },
    ]);
    expect(painted()[0]!.points).toEqual([
      [300, 50],
      [320, 60],
      [330, 70],
    ]);
    expect(strokes()).toEqual([]);
    expect([...page.store.get().selection]).toEqual([2]);
    hand.drag([310, 80], [320, 90]);
    await settle();
    expect(painted()[2]!.id).toBe(2);
    expect(annotations()).toHaveLength(2);
  });

  test('a selected object is painted on; after "new object" another begins', async () => {
    page.store.set({ selection: new Set([1]) });
    hand.click([160, 100]);
    await settle();
    actionOf('new-object').run(page, 'Shift+a');
    hand.click([350, 250]);
    await settle();
    expect(painted().map(({ id }) => id)).toEqual([1, null]);
    expect(painted()[0]!.points).toHaveLength(1); // a click is a dot
  });

  test('a new object is begun while strokes of another are on their way', async () => {
    hand.click([300, 50]);
    actionOf('new-object').run(page, 'Shift+a');
    hand.click([350, 250]);
    await settle();
    expect(painted().map(({ id }) => id)).toEqual([null, null]);
    expect(annotations()).toHaveLength(3);
  });

  test('strokes made while the program does not answer become one object, also when another page sends them', async () => {
    const left = new Map<string, string>();
    const storage = {
      getItem: (key: string) => left.get(key) ?? null,
      setItem: (key: string, value: string) => void left.set(key, value),
      removeItem: (key: string) => void left.delete(key),
    } as unknown as Storage;
    keepEdits(page, storage);
    watchConnection(page);
    page.store.set({ connection: 'lost' });
    hand.click([300, 50]);
    hand.click([310, 50]);
    hand.click([320, 50], { shift: true }); // erases
    actionOf('new-object').run(page, 'Shift+a');
    hand.click([350, 250]);
    await settle();
    expect(painted()).toEqual([]);
    expect(strokes()).toHaveLength(4);
    const ids = page.store.get().edits.waiting.map(({ edit }) => (edit.type === 'paint' ? edit.id : 0));
    expect(ids).toEqual([null, ids[2], ids[1], null]);

    const kept = new Map(left); // as if this page had been closed here
    page.store.set({ connection: 'open' });
    await settle();
    expect(painted().map(({ id, erase = false }) => [id, erase])).toEqual([
      [null, false],
      [2, false],
      [2, true],
      [null, false],
    ]);
    expect(annotations().map(({ id }) => id)).toEqual([1, 2, 3]);

    const again = new FakeProgram(['a.jpg']);
    again.apply('a.jpg', { type: 'add', class_id: 0, polygon: [square(100, 100, 50), square(200, 200, 20)] });
    const next = pageOn(again);
    next.store.set({ project: await again.api.project(), connection: 'open' });
    for (const [key, value] of kept) left.set(key, value);
    keepEdits(next, storage);
    await settle();
    expect(again.picture('a.jpg').annotations.map(({ polygon }) => polygon.length)).toEqual([2, 1, 1]);
    expect(next.nextId).toBeGreaterThan(Math.max(...ids.map((id) => -(id ?? 0))));
  });

  test('a stroke that was to begin an object is refused: those onto it are, too, with one message', async () => {
    program.api.edit = async () => {
      throw new Problem(422, 'about:blank', 'Outside of the picture', '');
    };
    hand.click([300, 50]);
    hand.click([310, 50]);
    await settle();
    expect(page.store.get().edits).toMatchObject({ waiting: [], refused: [] });
    expect(page.store.get().toasts.map(({ title }) => title)).toEqual(['Outside of the picture']);
    expect(strokes()).toEqual([]);
  });

  test('strokes made just before the next image are stored on theirs', async () => {
    hand.click([300, 50]);
    hand.click([310, 50]);
    await open(page, 'b.jpg');
    await settle();
    expect(painted()).toHaveLength(2);
    expect(program.picture('a.jpg').annotations).toHaveLength(2);
    expect(program.picture('b.jpg').annotations).toEqual([]);
    expect(strokes()).toEqual([]);
  });

  test('Shift makes the brush an eraser and the eraser a brush', async () => {
    page.store.set({ selection: new Set([1]) });
    hand.click([100, 100], { shift: true });
    page.store.set({ mode: 'eraser' });
    hand.click([100, 100]);
    hand.click([100, 100], { shift: true });
    await settle();
    expect(painted().map(({ erase = false }) => erase)).toEqual([true, true, false]);
  });

  test('the eraser takes what it begins on; on nothing it does nothing', async () => {
    page.store.set({ mode: 'eraser' });
    expect(hand.press([350, 20])).toBe(false);
    expect(page.store.get().toasts).toMatchObject([{ title: 'There is no object here to erase from' }]);
    hand.drag([200, 200], [210, 210]);
    await settle();
    expect(painted()).toMatchObject([{ id: 1, erase: true }]);
    expect([...page.store.get().selection]).toEqual([1]);
  });

  test('a cancelled stroke changes nothing, a refused one is taken back', async () => {
    const before = page.store.get();
    hand.press([300, 50]);
    hand.move([320, 60]);
    hand.cancel();
    page.store.set({ mode: 'eraser' });
    hand.press([200, 200]);
    hand.cancel();
    page.store.set({ mode: 'brush' });
    expect(page.store.get()).toEqual(before);
    program.api.edit = async () => {
      throw new Problem(507, 'about:blank', 'The disk is full', '');
    };
    hand.click([300, 50]);
    hand.click([310, 50]);
    await settle();
    expect(strokes()).toEqual([]);
    expect(annotations()).toHaveLength(1);
  });

  test('without a class there is no new object', async () => {
    page.store.set({ classId: null });
    hand.click([300, 50]);
    await settle();
    expect(painted()).toEqual([]);
    expect(page.store.get().toasts).toMatchObject([{ title: 'Choose a class first' }]);
  });

  test('sizes by keys: each press changes it, within limits', () => {
    const sizes: number[] = [];
    for (let i = 0; i < 40; ++i) {
      actionOf('brush-larger').run(page, '}');
      sizes.push(brushRadius(page.store.get()));
    }
    const largest = sizes.at(-1)!;
    sizes.slice(1).forEach((size, i) => expect(size === largest || size > sizes[i]!).toBe(true));
    for (let i = 0; i < 80; ++i) actionOf('brush-smaller').run(page, '{');
    expect(brushRadius(page.store.get())).toBe(0.5);
  });
});

test('a thinned stroke ends where the pointer is and leaves no point of the way farther off than its step', () => {
  const random = makeRandom(5);
  for (let run = 0; run < 50; ++run) {
    const way: Point[] = [{ x: 100, y: 100 }];
    for (let i = 0; i < 200; ++i) way.push({ x: way.at(-1)!.x + random(-3, 3), y: way.at(-1)!.y + random(-3, 3) });
    const step = random(0.5, 6);
    const points = [way[0]!];
    extendStroke(points, way.slice(1), step);
    expect(points.at(-1)).toEqual(way.at(-1));
    for (const at of way) expect(Math.min(...points.map((point) => distance(point, at)))).toBeLessThan(step + 1e-9);
  }
});
