// One Konva layer that redraws itself at most once a frame, when what it shows changed. A drawing that is dear
// (hundreds of annotations) is not repeated for each frame of a zoom or a drag: its canvas is moved as it is, what a drag
// brings into sight is drawn, and all of it anew at rest.

import { Layer } from 'konva/lib/Layer.js';
import { Shape } from 'konva/lib/Shape.js';
import type { Stage } from 'konva/lib/Stage.js';
import type { Box, Point, Size } from '../geometry/box';
import type { Viewport } from '../geometry/viewport';
import type { PageState } from '../state/page-state';
import type { Canvas } from './brush';

const dearMs = 6;
const restMs = 120;

type Needs = (state: PageState) => readonly unknown[];

export interface Sheet {
  update(state: PageState): void; // draws if anything it needs changed
  redraw(): void; // draws in any case
}

export function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

// Takes a canvas drawn for one viewport to where another shows it.
export function transformOf(drawn: Viewport, now: Viewport): string {
  const ratio = now.scale / drawn.scale;
  return `matrix(${ratio}, 0, 0, ${ratio}, ${now.x - ratio * drawn.x}, ${now.y - ratio * drawn.y})`;
}

// How far a canvas drawn for one viewport has to be shifted to be right for another, in device pixels. Null: it is not
// only shifted, or not by whole pixels.
export function shiftOf(drawn: Viewport, now: Viewport, deviceRatio: number): Point | null {
  if (drawn.scale !== now.scale) return null;
  const [x, y] = [(now.x - drawn.x) * deviceRatio, (now.y - drawn.y) * deviceRatio];
  const whole = { x: Math.round(x), y: Math.round(y) };
  return Math.abs(x - whole.x) + Math.abs(y - whole.y) < 1e-3 ? whole : null;
}

// What came into sight of a canvas that was moved, in its pixels.
export function exposedBy({ x, y }: Point, { width, height }: Size): readonly Box[] {
  const beside: Box = x > 0 ? [0, 0, x, height] : [width + x, 0, width, height];
  const above: Box = y > 0 ? [0, 0, width, y] : [0, height + y, width, height];
  return [beside, above].filter(([x0, y0, x1, y1]) => x1 > x0 && y1 > y0);
}

// Moves what is on a canvas, and lets only what came into sight be drawn.
function shift(canvas: Canvas, by: Point): readonly Box[] {
  const exposed = exposedBy(by, canvas.canvas);
  const transform = canvas.getTransform();
  canvas.setTransform(1, 0, 0, 1, 0, 0);
  canvas.globalCompositeOperation = 'copy';
  canvas.drawImage(canvas.canvas, by.x, by.y);
  canvas.globalCompositeOperation = 'source-over';
  canvas.beginPath();
  for (const [x0, y0, x1, y1] of exposed) canvas.rect(x0, y0, x1 - x0, y1 - y0);
  canvas.clip();
  canvas.setTransform(transform);
  return exposed;
}

export interface Habits {
  readonly isEmpty?: (state: PageState) => boolean; // nothing would be drawn: the canvas costs nothing then
  readonly follows?: (state: PageState) => unknown; // where this becomes another, the drawing comes a frame after that
  readonly isDear?: (state: PageState) => boolean; // also where the drawing returns at once: a canvas is filled after that
  // What is on the canvas is moved with the view, and only what comes into sight is drawn: always, or while all of it is
  // dear and until the view rests.
  readonly shifts?: 'always' | 'dear';
}

// needs: what the drawing depends on besides the viewport; compared by identity.
export function makeSheet(
  stage: Stage,
  get: () => PageState,
  needs: Needs,
  draw: (canvas: Canvas, exposed: readonly Box[] | null) => void, // exposed: only there, in device pixels; null: all
  { isEmpty = () => false, follows = () => null, isDear = () => false, shifts }: Habits = {},
): Sheet {
  let seen: readonly unknown[] = [];
  let view: Viewport | null = null; // asked for last
  let drawn: Viewport | null = null; // on the canvas
  let cost = 0; // ms of the last drawing
  let timer: ReturnType<typeof setTimeout> | undefined;
  let whole = true; // all is to be drawn
  let followed: unknown = null;
  let empty = false; // nothing is on the canvas, which is not shown

  const layer = new Layer({ listening: false });
  const element = layer.getNativeCanvasElement();
  element.style.transformOrigin = '0 0';
  layer.clearBeforeDraw(shifts === undefined);
  const shiftTo = (to: Viewport) => (drawn === null ? null : shiftOf(drawn, to, layer.getCanvas().getPixelRatio()));
  const begin = (canvas: Canvas): readonly Box[] | null => {
    const by = whole || view === null ? null : shiftTo(view);
    if (by !== null) return shift(canvas, by);
    const { width, height } = canvas.canvas;
    const transform = canvas.getTransform();
    canvas.setTransform(1, 0, 0, 1, 0, 0);
    canvas.clearRect(0, 0, width, height);
    canvas.setTransform(transform);
    return null;
  };
  const paint = (canvas: Canvas) => {
    const start = performance.now();
    const exposed = shifts === undefined ? null : begin(canvas);
    draw(canvas, exposed);
    whole = false;
    if (exposed === null || shifts === 'always') cost = performance.now() - start;
    element.style.transform = element.style.visibility = '';
    drawn = view;
  };
  layer.add(new Shape({ listening: false, sceneFunc: (context) => paint(context._context) }));
  stage.add(layer);

  const redraw = (all = true) => {
    clearTimeout(timer);
    whole ||= all;
    view = get().viewport;
    layer.setAttrs({ x: view.x, y: view.y, scaleX: view.scale, scaleY: view.scale });
    layer.batchDraw();
  };
  // Out of sight until it is drawn: what is on the canvas belongs to what was before.
  const drawLater = () => {
    element.style.visibility = 'hidden';
    whole = true;
    clearTimeout(timer);
    requestAnimationFrame(() => (timer = setTimeout(redraw, 0, true)));
  };
  const shown = (state: PageState) => {
    if (isEmpty(state) !== empty) element.style.display = (empty = !empty) ? 'none' : '';
    return !empty;
  };
  return {
    redraw: () => redraw(),
    update(state) {
      const wasEmpty = empty;
      if (!shown(state)) return;
      if (wasEmpty) seen = [];
      const now = [state.screen, ...needs(state)];
      const moved = state.viewport !== view;
      const turned = follows(state) !== followed;
      followed = follows(state);
      if (turned) {
        seen = now;
        drawLater();
      } else if (!same(now, seen)) {
        seen = now;
        redraw();
      } else if (moved && (drawn === null || (cost < dearMs && !isDear(state)))) {
        redraw(shifts === 'dear');
      } else if (moved && shifts === 'dear' && !whole && shiftTo(state.viewport) !== null) {
        redraw(false);
        timer = setTimeout(redraw, restMs, true);
      } else if (moved) {
        view = state.viewport;
        element.style.transform = transformOf(drawn!, view);
        clearTimeout(timer);
        timer = setTimeout(redraw, restMs, true);
      }
    },
  };
}
