import { beforeEach, expect, test } from 'vitest';
import type { Canvas } from '../../src/canvas/brush';
import { makeNames } from '../../src/canvas/names';
import { labelHeight } from '../../src/geometry/labels';
import type { Annotation, Picture } from '../../src/model/wire';
import { initialState, type PageState } from '../../src/state/page-state';

// Remembers where which text was written, in pixels of the picture.
function fakeCanvas() {
  const written: { text: string; x: number; y: number }[] = [];
  let at = { x: 0, y: 0 };
  const canvas = new Proxy(
    {},
    {
      get: (_, name) => {
        if (name === 'measureText') return (text: string) => ({ width: 6 * text.length });
        if (name === 'translate') return (x: number, y: number) => (at = { x, y });
        if (name === 'fillText') return (text: string) => written.push({ text, ...at });
        return () => undefined;
      },
      set: () => true,
    },
  );
  return { canvas: canvas as unknown as Canvas, written };
}

function annotation(id: number, x: number, y: number, side: number): Annotation {
  const outer = [[x, y], [x + side, y], [x + side, y + side], [x, y + side]] as const;
  const box = [x, y, x + side, y + side] as const;
  return { id, class_id: id, polygon: [{ outer, holes: [] }], area: side * side, box, score: 1, prompt: {} };
}

const all = [annotation(1, 100, 100, 200), annotation(2, 500, 300, 8), annotation(3, 600, 100, 150)];
const picture = { name: 'a.jpg', width: 900, height: 600, annotations: all } as unknown as Picture;
const state: PageState = { ...initialState, picture, screen: { width: 900, height: 600 } };

let asked = 0;
let names = makeNames(() => '');
beforeEach(() => {
  asked = 0;
  names = makeNames(({ id }) => {
    ++asked;
    return `class ${id}`;
  });
});

test('names are drawn on their objects, the small one only when it is kept or pointed at', () => {
  const { canvas, written } = fakeCanvas();
  names.arrange(canvas, all, new Set(), state);
  names.draw(canvas, () => true, state);
  expect(written).toEqual(expect.arrayContaining([{ text: 'class 1', x: 100, y: 100 - labelHeight }, { text: 'class 3', x: 600, y: 100 - labelHeight }]));
  expect(written).toHaveLength(2);
  names.drawAlso(canvas, 1, state);
  expect(written).toHaveLength(2);
  names.drawAlso(canvas, 2, state);
  expect(written[2]).toEqual({ text: 'class 2', x: 500, y: 300 - labelHeight });
  names.arrange(canvas, all, new Set([2]), state);
  written.length = 0;
  names.draw(canvas, (id) => id === 2, state);
  expect(written.map(({ text }) => text)).toEqual(['class 2']);
});

test('what was found is kept while the view is moved, and found again for other objects, classes or enlargement', () => {
  const { canvas, written } = fakeCanvas();
  names.arrange(canvas, all, new Set(), state);
  expect(asked).toBe(3);
  for (let i = 0; i < 50; ++i)
    names.arrange(canvas, [...all], new Set(), { ...state, viewport: { scale: 1, x: i, y: -i }, prompt: { ...state.prompt } });
  expect(asked).toBe(3);
  const moved = { ...state, viewport: { scale: 1, x: 70, y: 60 } };
  names.arrange(canvas, all, new Set(), moved);
  names.draw(canvas, () => true, moved);
  expect(written).toContainEqual({ text: 'class 1', x: 100, y: 100 - labelHeight });
  names.arrange(canvas, all.slice(1), new Set(), moved);
  expect(asked).toBe(5);
  names.arrange(canvas, all, new Set(), { ...moved, viewport: { scale: 2, x: 70, y: 60 } });
  expect(asked).toBe(8);
});

test('one more name waits until the others stand where the view is now', () => {
  const { canvas, written } = fakeCanvas();
  names.arrange(canvas, all, new Set(), state);
  const zoomed = { ...state, viewport: { scale: 1.5, x: 0, y: 0 } };
  names.drawAlso(canvas, 2, zoomed);
  expect(written).toHaveLength(0);
  names.arrange(canvas, all, new Set(), zoomed);
  names.drawAlso(canvas, 2, zoomed);
  expect(written).toHaveLength(1);
});
