// One Konva layer that redraws itself at most once a frame, when what it shows changed. A drawing that is dear
// (hundreds of annotations) is not repeated for each frame of a zoom or a drag: its canvas is moved as it is, and drawn
// anew at rest.

import { Layer } from 'konva/lib/Layer.js';
import { Shape } from 'konva/lib/Shape.js';
import type { Stage } from 'konva/lib/Stage.js';
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

// needs: what the drawing depends on besides the viewport; compared by identity.
export function makeSheet(stage: Stage, get: () => PageState, needs: Needs, draw: (canvas: Canvas) => void): Sheet {
  let seen: readonly unknown[] = [];
  let view: Viewport | null = null; // asked for last
  let drawn: Viewport | null = null; // on the canvas
  let cost = 0; // ms of the last drawing
  let timer: ReturnType<typeof setTimeout> | undefined;

  const layer = new Layer({ listening: false });
  const element = layer.getNativeCanvasElement();
  element.style.transformOrigin = '0 0';
  const paint = (canvas: Canvas) => {
    const start = performance.now();
    draw(canvas);
    cost = performance.now() - start;
    element.style.transform = '';
    drawn = view;
  };
  layer.add(new Shape({ listening: false, sceneFunc: (context) => paint(context._context) }));
  stage.add(layer);

  const redraw = () => {
    clearTimeout(timer);
    view = get().viewport;
    layer.setAttrs({ x: view.x, y: view.y, scaleX: view.scale, scaleY: view.scale });
    layer.batchDraw();
  };
  return {
    redraw,
    update(state) {
      const now = [state.screen, ...needs(state)];
      const moved = state.viewport !== view;
      if (!same(now, seen)) {
        seen = now;
        redraw();
      } else if (moved && (cost < dearMs || drawn === null)) {
        redraw();
      } else if (moved) {
        view = state.viewport;
        element.style.transform = transformOf(drawn!, view);
        clearTimeout(timer);
        timer = setTimeout(redraw, restMs);
      }
    },
  };
}
