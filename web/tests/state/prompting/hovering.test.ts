import { beforeEach, describe, expect, test } from 'vitest';
import type { Point } from '../../../src/geometry/box';
import { Problem } from '../../../src/model/problem';
import type { Candidate } from '../../../src/model/wire';
import { hold, hoverAt, isHovering, leave, toggleHovering, watchHover } from '../../../src/state/prompting/hovering';
import { open } from '../../../src/state/images/navigation';
import type { Page } from '../../../src/state/page';
import { onPredictor } from '../../../src/state/prompting/predictor';
import { drawBox, setPoint } from '../../../src/state/prompting/prompting';
import { zoomCentre } from '../../../src/state/view/viewing';
import { candidate, FakeProgram, pageOn, settle } from '../fake-program';

let program: FakeProgram;
let page: Page;

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 0, connection: 'open', mode: 'point' });
  await open(page, 'a.jpg');
  watchHover(page);
});

// A mask that covers a square around a place.
function around({ x, y }: Point, half = 10): Candidate {
  const outer: [number, number][] = [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]];
  return { ...candidate('k'), polygon: [{ outer, holes: [] }] };
}

const here = { x: 50, y: 50 };
const near = { x: 55, y: 52 };
const far = { x: 200, y: 100 };
const hovered = () => page.store.get().hovered;

async function shown(): Promise<void> {
  hoverAt(page, here);
  program.asked.at(-1)!.answer([around(here)]);
  await settle();
  expect(hovered()).not.toBeNull();
}

describe('hovering', () => {
  test('asks for what a click would ask, without traces', async () => {
    page.store.set({ multimask: true });
    await shown();
    expect(program.asked[0]!.request).toEqual({
      boxes: [],
      points: [{ ...here, foreground: true }],
      mask_input: null,
      multimask: true,
      preview: true,
    });
    const { prompt, candidates, segmenting, announcement, picture } = page.store.get();
    expect(prompt.past).toEqual([]);
    expect(candidates).toEqual([]);
    expect(segmenting).toBeNull();
    expect(announcement).not.toContain('score');
    expect(picture!.can_undo).toBe(false);
  });

  test('one request is on its way at most, and the newest place wins', async () => {
    hoverAt(page, here);
    for (let x = 0; x < 50; ++x) hoverAt(page, { x, y: 9 });
    hoverAt(page, near);
    expect(program.asked).toHaveLength(1);
    program.asked[0]!.answer([around(here)]);
    await settle();
    expect(program.asked).toHaveLength(2);
    expect(program.asked[1]!.request.points).toEqual([{ ...near, foreground: true }]);
    program.asked[1]!.answer([around(near)]);
    await settle();
    expect(program.asked).toHaveLength(2); // at rest nothing is asked again
    expect(hovered()!.polygon).toEqual(around(near).polygon);
  });

  test('a mask is shown only while the cursor is in it', async () => {
    hoverAt(page, here);
    hoverAt(page, far);
    program.asked[0]!.answer([around(here)]);
    await settle();
    expect(hovered()).toBeNull();
    program.asked[1]!.answer([around(far)]);
    await settle();
    expect(hovered()!.polygon).toEqual(around(far).polygon);
    hoverAt(page, { x: far.x + 9, y: far.y });
    expect(hovered()).not.toBeNull();
    hoverAt(page, here);
    expect(hovered()).toBeNull();
  });

  test('leaving, another view or another picture end it at once, request and mask', async () => {
    const ends: (() => unknown)[] = [
      () => leave(page),
      () => zoomCentre(page, 2),
      () => drawBox(page, [0, 0, 5, 5]),
      () => page.store.set({ mode: 'box' }),
      () => toggleHovering(page),
      () => open(page, 'b.jpg'),
      () => page.store.set({ connection: 'lost' }),
      () => page.store.set({ dialog: { kind: 'help' } }),
      () => hoverAt(page, { x: -1, y: 5 }),
    ];
    const start = page.store.get();
    for (const end of ends) {
      page.store.set(start);
      await shown();
      hoverAt(page, near);
      const asked = program.asked.at(-1)!;
      await end();
      expect(asked.signal.aborted).toBe(true);
      expect(page.hover).toEqual({ at: null, abort: null });
      if (end !== ends[2]) expect(hovered()).toBeNull();
      await settle();
      expect(hovered() === null || page.store.get().segmenting !== null).toBe(true);
    }
  });

  test('after a click what was shown stays until the mask is there', async () => {
    await shown();
    hold(page);
    setPoint(page, here.x, here.y, true);
    expect(hovered()).not.toBeNull();
    expect(program.asked.at(-1)!.request.preview).toBeUndefined();
    hoverAt(page, near); // nothing while there is a prompt
    expect(program.asked).toHaveLength(2);
    program.asked[1]!.answer([around(here)]);
    await settle();
    expect(hovered()).toBeNull();
    expect(page.store.get().candidates).toHaveLength(1);
  });

  test('nothing is asked where it may not be', async () => {
    const start = page.store.get();
    const memory = await program.api.memory();
    const never = [
      { mode: 'box' as const },
      { memory: { ...memory, level: 'critical' as const } },
      { connection: 'lost' as const },
      { picture: { ...start.picture!, encoding: 'running' as const } },
      { hovering: { model: false, grabcut: true } },
    ];
    for (const change of never) {
      page.store.set({ ...start, ...change });
      hoverAt(page, here);
    }
    expect(program.asked).toEqual([]);
    page.store.set({ ...start, memory: { ...memory, level: 'warning' } });
    hoverAt(page, here);
    expect(program.asked).toHaveLength(1);
  });

  test('a failure is not told, and the next move asks again', async () => {
    hoverAt(page, here);
    program.asked[0]!.refuse(new Problem(500, 'about:blank', 'The model failed', ''));
    await settle();
    expect(page.store.get().toasts).toEqual([]);
    expect(page.store.get().promptError).toBeNull();
    hoverAt(page, near);
    expect(program.asked).toHaveLength(2);
  });

  test('with GrabCut it is off until switched on; both are remembered apart', () => {
    expect(isHovering(page.store.get())).toBe(true);
    program.use = 'grabcut';
    onPredictor(page, program.predictor());
    expect(isHovering(page.store.get())).toBe(false);
    hoverAt(page, here);
    expect(program.asked).toEqual([]);
    toggleHovering(page);
    hoverAt(page, here);
    expect(program.asked).toHaveLength(1);
    expect(page.store.get().hovering).toEqual({ model: true, grabcut: true });
  });

  test('GrabCut that is there because there is no model is GrabCut', () => {
    const project = page.store.get().project!;
    page.store.set({ project: { ...project, predictor: { ...project.predictor, family: 'grabcut' } } });
    expect(isHovering(page.store.get())).toBe(false);
  });
});
