// Three Konva layers under one transform: picture, annotations, prompt. Each is redrawn at most once a frame and only when
// something it shows changed. Nothing listens inside Konva; the pointer is read in input/pointer.ts.

import { Layer } from 'konva/lib/Layer.js';
import { Shape } from 'konva/lib/Shape.js';
import { Stage } from 'konva/lib/Stage.js';
import type { Page } from '../state/page';
import type { PageState } from '../state/page-state';
import { resize } from '../state/viewing';
import { drawAnnotations } from './annotation-layer';
import type { Canvas } from './brush';
import { drawPicture, wantTiles } from './picture-layer';
import { drawPrompt, type Gesture } from './prompt-layer';
import type { ProxyBitmaps } from './proxies';
import { makeTileCache } from './tile-cache';

interface Sheet {
  readonly layer: Layer;
  readonly needs: (state: PageState) => readonly unknown[];
  seen: readonly unknown[];
}

function makeSheet(stage: Stage, needs: Sheet['needs'], draw: (canvas: Canvas) => void): Sheet {
  const layer = new Layer({ listening: false });
  layer.add(new Shape({ listening: false, sceneFunc: (context) => draw(context._context) }));
  stage.add(layer);
  return { layer, needs, seen: [] };
}

const view = (s: PageState) => [s.viewport, s.screen];

export interface Surface {
  redrawPrompt(): void;
  stop(): void;
}

export function makeSurface(container: HTMLDivElement, page: Page, proxies: ProxyBitmaps, gesture: Gesture): Surface {
  const { store } = page;
  const stage = new Stage({ container, width: 1, height: 1, listening: false });
  const ratio = () => window.devicePixelRatio || 1;
  const tiles = makeTileCache(() => redraw(pictureSheet));
  let names: ReadonlyMap<number, string> = new Map();

  const pictureSheet = makeSheet(
    stage,
    (s) => [s.picture?.name, ...view(s)],
    (canvas) => drawPicture(canvas, store.get(), proxies, tiles, ratio()),
  );
  const annotationSheet = makeSheet(
    stage,
    (s) => [s.picture?.annotations, s.adding, s.selection, s.layers, s.opacity, s.project, ...view(s)],
    (canvas) => drawAnnotations(canvas, store.get(), names),
  );
  const promptSheet = makeSheet(
    stage,
    (s) => [s.prompt, s.candidates, s.chosen, s.classId, s.layers, s.opacity, s.mode, ...view(s)],
    (canvas) => drawPrompt(canvas, store.get(), gesture),
  );

  const redraw = (sheet: Sheet) => {
    const { x, y, scale } = store.get().viewport;
    sheet.layer.setAttrs({ x, y, scaleX: scale, scaleY: scale });
    sheet.layer.batchDraw();
  };
  const changed = () => {
    const state = store.get();
    if (stage.width() !== state.screen.width || stage.height() !== state.screen.height) stage.size(state.screen);
    names = namesOf(state, names);
    for (const sheet of [pictureSheet, annotationSheet, promptSheet]) {
      const needs = sheet.needs(state);
      if (needs.length === sheet.seen.length && needs.every((need, i) => Object.is(need, sheet.seen[i]))) continue;
      sheet.seen = needs;
      if (sheet === pictureSheet) wantTiles(state, tiles, ratio());
      redraw(sheet);
    }
  };
  const sizes = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = container;
    if (width > 0 && height > 0) resize(page, { width, height });
  });
  sizes.observe(container);
  const unsubscribe = store.subscribe(changed);
  changed();
  return {
    redrawPrompt: () => redraw(promptSheet),
    stop() {
      unsubscribe();
      sizes.disconnect();
      stage.destroy();
    },
  };
}

let namesFor: PageState['project'] = null;

function namesOf(state: PageState, known: ReadonlyMap<number, string>): ReadonlyMap<number, string> {
  if (state.project === namesFor) return known;
  namesFor = state.project;
  return new Map((state.project?.classes ?? []).map((item) => [item.id, item.name]));
}
