import { beforeEach, describe, expect, test } from 'vitest';
import { actionOf } from '../../src/input/actions';
import { Problem } from '../../src/model/problem';
import { leaveTool } from '../../src/state/editing/choosing-tools';
import { open } from '../../src/state/images/navigation';
import type { Page } from '../../src/state/page';
import { watchReshaping } from '../../src/state/editing/reshaping';
import { FakeProgram, pageOn, settle, square } from '../state/fake-program';
import { FakeHand } from './fake-hand';

let program: FakeProgram;
let page: Page;
let hand: FakeHand;

const hole = square(100, 100, 10).outer;
const annotation = () => page.store.get().picture!.annotations[0]!;
const outer = () => annotation().polygon[0]!.outer;
const chosen = () => [...page.store.get().tools.places];

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  program.apply('a.jpg', {
    type: 'add',
    class_id: 0,
    polygon: [{ ...square(100, 100, 50), holes: [hole] }, square(300, 200, 40)],
  });
  page = pageOn(program);
  watchReshaping(page);
  page.store.set({ project: await program.api.project(), classId: 0, mode: 'vertices' });
  await open(page, 'a.jpg');
  page.store.set({ selection: new Set([1]) });
  hand = new FakeHand(page);
});

describe('the outline of the selected object', () => {
  test('a vertex follows the pointer; the edit goes out at the end, once', async () => {
    hand.press([50, 50]);
    hand.move([60, 60], [70, 65]);
    expect(hand.gesture?.reshaped?.polygon[0]!.outer[0]).toEqual([70, 65]);
    expect(program.edits).toEqual([]);
    hand.up([75, 70]);
    expect(outer()[0]).toEqual([75, 70]); // at once
    await settle();
    expect(program.edits).toHaveLength(1);
    expect(program.edits).toMatchObject([{ type: 'set_polygon', id: 1 }]);
    expect(outer()).toEqual([
      [75, 70],
      [150, 50],
      [150, 150],
      [50, 150],
    ]);
    expect(annotation().polygon[0]!.holes).toEqual([hole]); // what was not touched stays
  });

  test('vertices of holes and of further parts move too, and none leaves the picture', async () => {
    hand.drag([90, 90], [95, 93]);
    hand.drag([340, 240], [900, 900]);
    await settle();
    expect(annotation().polygon[0]!.holes[0]![0]).toEqual([95, 93]);
    expect(annotation().polygon[1]!.outer[2]).toEqual([400, 300]);
  });

  test('the middle of an edge makes a vertex, as does a double click on it', async () => {
    hand.drag([100, 50], [100, 30]);
    await settle();
    expect(outer()).toEqual([
      [50, 50],
      [100, 30],
      [150, 50],
      [150, 150],
      [50, 150],
    ]);
    hand.click([150, 80], { clicks: 2 });
    await settle();
    expect(outer()[3]).toEqual([150, 80]);
    hand.drag([50, 100], [40, 100]); // of the edge from the last vertex to the first
    await settle();
    expect(outer().at(-1)).toEqual([40, 100]);
  });

  test('Alt takes a vertex away, until three are left', async () => {
    hand.click([50, 50], { alt: true });
    await settle();
    expect(outer()).toHaveLength(3);
    hand.click([150, 50], { alt: true });
    await settle();
    expect(outer()).toHaveLength(3);
    expect(page.store.get().toasts).toMatchObject([{ title: 'An outline keeps three vertices at least' }]);
  });

  test('a band chooses several, which move together and are deleted together', async () => {
    hand.drag([30, 30], [170, 70]);
    expect(chosen()).toEqual(['0.0.0', '0.0.1']);
    hand.drag([50, 50], [50, 40]);
    await settle();
    expect(outer().slice(0, 2)).toEqual([
      [50, 40],
      [150, 40],
    ]);
    expect(chosen()).toEqual(['0.0.0', '0.0.1']);
    actionOf('delete').run(page, 'Delete');
    await settle();
    expect(page.store.get().picture!.annotations).toHaveLength(1); // two would be left: nothing is deleted
    expect(outer()).toHaveLength(4);
    hand.drag([80, 80], [120, 120]);
    actionOf('delete').run(page, 'Delete');
    await settle();
    expect(annotation().polygon[0]!.holes).toEqual([]); // all of a ring: the ring goes
    actionOf('delete').run(page, 'Delete'); // none is chosen now
    await settle();
    expect(page.store.get().picture!.annotations).toEqual([]);
  });

  test('a click chooses one, Shift adds another; a drag on another moves only that', async () => {
    hand.click([50, 50]);
    hand.click([150, 50], { shift: true });
    expect(chosen()).toEqual(['0.0.0', '0.0.1']);
    hand.drag([150, 150], [160, 160]);
    await settle();
    expect(outer()).toEqual([
      [50, 50],
      [150, 50],
      [160, 160],
      [50, 150],
    ]);
    expect(chosen()).toEqual(['0.0.2']);
  });

  test('a cancelled gesture changes nothing', async () => {
    const before = page.store.get();
    for (const from of [
      [50, 50],
      [100, 50],
      [20, 20],
    ] as const) {
      hand.press(from);
      hand.move([70, 70], [120, 90]);
      hand.cancel();
    }
    await settle();
    expect(page.store.get()).toEqual(before);
    expect(program.edits).toEqual([]);
  });

  test('a refused change is taken back, with those made on it', async () => {
    let refuse = true;
    const { edit } = program.api;
    program.api.edit = async (name, request) => {
      if (refuse) throw new Problem(507, 'about:blank', 'The disk is full', 'Nothing was changed.');
      return edit(name, request);
    };
    hand.drag([50, 50], [70, 70]);
    hand.drag([70, 70], [80, 80]);
    await settle();
    expect(outer()[0]).toEqual([50, 50]);
    expect(page.store.get().toasts).toMatchObject([{ title: 'The disk is full' }]);
    refuse = false;
    hand.drag([50, 50], [60, 60]);
    await settle();
    expect(outer()[0]).toEqual([60, 60]);
    expect(program.edits).toHaveLength(1);
  });

  test('an object that changed during the gesture keeps what it became', async () => {
    hand.press([50, 50]);
    hand.move([70, 70]);
    program.apply('a.jpg', { type: 'set_polygon', id: 1, polygon: [square(100, 100, 30)] });
    page.store.set({ picture: program.picture('a.jpg') });
    hand.up([70, 70]);
    await settle();
    expect(program.edits).toEqual([]);
    expect(outer()).toEqual(square(100, 100, 30).outer);
  });

  test('a gesture goes on while the change before it is acknowledged', async () => {
    hand.drag([50, 50], [60, 60]);
    hand.press([150, 50]);
    await settle();
    hand.move([140, 55]);
    hand.up([140, 55]);
    await settle();
    expect(outer().slice(0, 2)).toEqual([
      [60, 60],
      [140, 55],
    ]);
  });

  test('quick changes of one object are all stored, in their order', async () => {
    hand.drag([50, 50], [60, 60]);
    hand.drag([60, 60], [62, 70]);
    hand.drag([150, 50], [140, 55]);
    await settle();
    expect(program.edits).toHaveLength(3);
    expect(outer().slice(0, 2)).toEqual([
      [62, 70],
      [140, 55],
    ]);
  });

  test('a click elsewhere selects; inside the object it only lets go of the vertices', () => {
    hand.click([50, 50]);
    hand.click([70, 70]);
    expect(chosen()).toEqual([]);
    expect([...page.store.get().selection]).toEqual([1]);
    hand.click([220, 20]);
    expect(page.store.get().selection.size).toBe(0);
    hand.click([300, 200]);
    expect([...page.store.get().selection]).toEqual([1]);
  });

  test('by keys alone: choose a vertex, move it, leave the tool', async () => {
    actionOf('vertex-next').run(page, '>');
    actionOf('vertex-next').run(page, '>');
    expect(chosen()).toEqual(['0.0.1']);
    actionOf('vertex-right').run(page, 'Alt+ArrowRight');
    await settle();
    expect(outer()[1]![0]).toBeCloseTo(150 + 1 / page.store.get().viewport.scale);
    expect(leaveTool(page)).toBe(true);
    expect(chosen()).toEqual([]);
    expect(leaveTool(page)).toBe(true);
    expect(page.store.get().mode).toBe('box');
    expect(leaveTool(page)).toBe(false);
  });

  test('what another window did to the outline lets go of the vertices', async () => {
    hand.click([50, 50]);
    program.apply('a.jpg', { type: 'set_polygon', id: 1, polygon: [square(100, 100, 30)] });
    page.store.set({ picture: await program.api.picture('a.jpg') });
    expect(chosen()).toEqual([]);
    hand.click([70, 70]);
    await open(page, 'b.jpg');
    expect(chosen()).toEqual([]);
  });
});

test('of an outline with thousands of vertices only those a few pixels apart have handles', () => {
  const ring = Array.from(
    { length: 4000 },
    (_, i) => [200 + 90 * Math.cos(i / 636.6), 150 + 90 * Math.sin(i / 636.6)] as const,
  );
  program.apply('a.jpg', { type: 'set_polygon', id: 1, polygon: [{ outer: ring, holes: [] }] });
  page.store.set({ picture: program.picture('a.jpg') });
  const count = () => {
    const drawn: string[] = [];
    const pen = {
      box: () => 0,
      guides: () => 0,
      shape: () => 0,
      stroke: () => 0,
      circle: () => 0,
      handle: (_: unknown, look: string) => drawn.push(look),
    };
    hand.tool().draw?.(pen, page.store.get(), null);
    return drawn.length;
  };
  const { scale } = page.store.get().viewport;
  const around = (2 * Math.PI * 90 * scale) / 8;
  expect(count()).toBeLessThanOrEqual(around + 1);
  expect(count()).toBeGreaterThan(around / 2);
});
