import { expect, test } from 'vitest';
import { pointedAt } from '../../src/canvas/prompt-layer';
import type { Annotation, Picture } from '../../src/model/wire';
import { initialState, type PageState } from '../../src/state/page-state';
import { noViews } from '../../src/state/view/views-state';
import { makeHand, type Hand } from '../../src/tools/hand';
import type { Spot } from '../../src/tools/tool';

function annotation(id: number, x: number, y: number, side: number): Annotation {
  const outer = [[x, y], [x + side, y], [x + side, y + side], [x, y + side]] as const;
  return { id, class_id: 0, polygon: [{ outer, holes: [] }], area: side * side, box: [x, y, x + side, y + side], score: 1, prompt: {} };
}

const picture = { name: 'a.jpg', width: 900, height: 600, annotations: [annotation(1, 100, 100, 20), annotation(2, 50, 50, 200)] };
const state: PageState = {
  ...initialState,
  picture: picture as unknown as Picture,
  viewport: { scale: 2, x: 10, y: 20 },
  layers: { ...initialState.layers, labels: true },
};

// Over a place of the picture, as the viewport of now has it.
function over(x: number, y: number, kind: Spot['kind'] = 'mouse'): Hand {
  const screen = { x: 10 + 2 * x, y: 20 + 2 * y };
  const at = { x: -1, y: -1 }; // of another viewport: the view moved since
  const hover = { screen, at, path: [], kind, button: -1, shift: false, alt: false, mod: false, clicks: 1, time: 0 };
  return { ...makeHand(), hover };
}

test('the smallest object under the pointer is named, where a click would find it now', () => {
  expect(pointedAt(state, over(110, 110))).toBe(1);
  expect(pointedAt(state, over(60, 60))).toBe(2);
  expect(pointedAt(state, over(300, 300))).toBeNull();
  expect(pointedAt(state, makeHand())).toBeNull();
  const hidden = { name: 'a.jpg', hidden: new Set([1]), locked: new Set<number>() };
  expect(pointedAt({ ...state, putAside: hidden }, over(110, 110))).toBe(2);
});

test('nothing is named while something is made, where nothing is to be named, and under a finger', () => {
  const not = (change: Partial<PageState>, hand = over(110, 110)) => expect(pointedAt({ ...state, ...change }, hand)).toBeNull();
  not({ layers: { ...state.layers, labels: false } });
  not({ mode: 'brush' });
  not({ mode: 'eraser' });
  not({ picture: null });
  not({ views: { ...noViews, work: 'bare' } });
  not({ prompt: { ...state.prompt, present: { ...state.prompt.present, box: [1, 1, 9, 9] } } });
  not({ prompt: { ...state.prompt, present: { ...state.prompt.present, points: [{ x: 1, y: 1, foreground: true }] } } });
  not({}, over(110, 110, 'touch'));
  const gesture = { move: () => undefined, up: () => undefined, cancel: () => undefined };
  not({}, { ...over(110, 110), gesture });
});
