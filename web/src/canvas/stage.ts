// Konva layers under one transform: picture, segments on offer, still annotations with their names, those that change,
// prompt and tool. Nothing listens inside Konva; the pointer is read in input/pointer.ts.

import { Stage } from 'konva/lib/Stage.js';
import type { Box } from '../geometry/box';
import { toPicture } from '../geometry/viewport';
import type { Annotation } from '../model/wire';
import type { Page } from '../state/page';
import type { PageState } from '../state/page-state';
import { offersSegments } from '../state/prompting/everything';
import { resize } from '../state/view/viewing';
import { isBare } from '../state/view/views';
import type { Hand } from '../tools/hand';
import { drawMoving, drawStill, movingOf, nameOf, stillOf, type ClassNames } from './annotation-layer';
import { drawSegments } from './everything-layer';
import type { Canvas } from './brush';
import { makeNames } from './names';
import { drawPicture, wantTiles } from './picture-layer';
import { drawPrompt, pointedAt } from './prompt-layer';
import type { ProxyBitmaps } from './proxies';
import { makeSheet, same } from './sheet';
import { makeTileCache } from './tile-cache';

export interface Surface {
  paintPicture(canvas: Canvas): void; // on another canvas, as it is here
  onTile(listener: () => void): () => void; // the picture got sharper; returns the end
  redrawHand(): void; // what the pointer is doing changed
  stop(): void;
}

// The same list as before where it has the same values, so that what is drawn of it stays.
function keeping<T>(listOf: (state: PageState) => readonly T[]): (state: PageState) => readonly T[] {
  let last: readonly T[] = [];
  return (state) => {
    const list = listOf(state);
    if (!same(list, last)) last = list;
    return last;
  };
}

const reach = 8; // device pixels, of a line beyond its object
const dearVertices = 4000; // a browser without a graphics card fills a canvas with 1 µs for each

function isDear(annotations: readonly Annotation[]): boolean {
  let vertices = 0;
  for (const { polygon } of annotations)
    for (const { outer, holes } of polygon) vertices += holes.reduce((sum, hole) => sum + hole.length, outer.length);
  return vertices > dearVertices;
}

function classNamesOf(state: PageState): ClassNames {
  return new Map((state.project?.classes ?? []).map((item) => [item.id, item.name]));
}

export function makeSurface(container: HTMLDivElement, page: Page, proxies: ProxyBitmaps, hand: Hand): Surface {
  const { store } = page;
  const stage = new Stage({ container, width: 1, height: 1, listening: false });
  const ratio = () => window.devicePixelRatio || 1;
  const listeners = new Set<() => void>();
  const tiles = makeTileCache(() => {
    picture.redraw();
    for (const listener of listeners) listener();
  });
  const seenThrough = ([x0, y0, x1, y1]: Box): Box => {
    const at = (x: number, y: number) => toPicture(store.get().viewport, { x: x / ratio(), y: y / ratio() });
    const [from, to] = [at(x0 - reach, y0 - reach), at(x1 + reach, y1 + reach)];
    return [from.x, from.y, to.x, to.y];
  };
  const paintPicture = (canvas: Canvas) => drawPicture(canvas, store.get(), proxies, tiles, ratio());
  let classNames: ClassNames = new Map();
  const names = makeNames((annotation) => nameOf(annotation, classNames));
  const still = keeping(stillOf);
  const moving = keeping(movingOf);

  const picture = makeSheet(stage, store.get, (s) => [s.picture?.name], paintPicture, { shifts: 'always' });
  const segments = makeSheet(
    stage,
    store.get,
    (s) => [s.everything.segments, s.picture?.name, offersSegments(s)],
    (canvas) => drawSegments(canvas, store.get()),
    { isEmpty: (s) => !offersSegments(s) },
  );
  const annotations = makeSheet(
    stage,
    store.get,
    (s) => [still(s), s.layers, s.opacity, s.project, isBare(s), s.review.walk === null, s.review.walk?.bare],
    (canvas, exposed) => {
      if (isBare(store.get())) return;
      drawStill(canvas, store.get(), names, exposed?.map(seenThrough) ?? null);
      if (exposed === null && pointedAt(store.get(), hand) !== null) requestAnimationFrame(() => prompt.redraw()); // its name is placed by these
    },
    { follows: (s) => s.picture?.name, isDear: (s) => isDear(still(s)), shifts: 'dear' },
  );
  const changing = makeSheet(
    stage,
    store.get,
    (s) => [
      moving(s),
      s.selection,
      s.tools.asking,
      hand.gesture?.reshaped?.polygon,
      s.layers,
      s.opacity,
      s.project,
      isBare(s),
      s.review.walk === null,
      s.review.walk?.bare,
    ],
    (canvas) => !isBare(store.get()) && drawMoving(canvas, store.get(), names, hand.gesture?.reshaped ?? null),
    { isEmpty: (s) => moving(s).length === 0 },
  );
  const prompt = makeSheet(
    stage,
    store.get,
    (s) => [
      s.everything.hovered,
      s.cross,
      s.prompt,
      s.hovered,
      s.candidates,
      s.chosen,
      s.classId,
      s.layers,
      s.opacity,
      s.mode,
      s.tools,
      s.selection,
      s.picture,
    ],
    (canvas) => {
      drawPrompt(canvas, store.get(), hand);
      const under = pointedAt(store.get(), hand);
      if (under !== null) names.drawAlso(canvas, under, store.get());
    },
  );

  let before: PageState | null = null;
  const changed = () => {
    const state = store.get();
    if (stage.width() !== state.screen.width || stage.height() !== state.screen.height) {
      stage.size(state.screen);
      if (hand.gesture === null) hand.hover = null; // where the pointer is now is known when it moves
    }
    if (state.project !== before?.project) classNames = classNamesOf(state);
    const turned = state.picture?.name !== before?.picture?.name;
    if (turned || state.viewport !== before?.viewport) wantTiles(state, tiles, ratio());
    before = state;
    for (const sheet of [picture, segments, annotations, changing, prompt]) sheet.update(state);
  };
  const sizes = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = container;
    if (width > 0 && height > 0) resize(page, { width, height });
  });
  sizes.observe(container);
  const unsubscribe = store.subscribe(changed);
  changed();
  return {
    paintPicture,
    onTile(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    redrawHand() {
      changing.update(store.get());
      prompt.redraw();
    },
    stop() {
      unsubscribe();
      sizes.disconnect();
      stage.destroy();
    },
  };
}
