// The brush and the eraser: one stroke a press. Shift makes one the other.

import { distance, type Point } from '../geometry/box';
import { brushRadius, eraseTarget, paint } from '../state/editing/painting';
import type { Page } from '../state/page';
import { editedAnnotation } from '../state/editing/reshaping';
import { select } from '../state/editing/selecting';
import type { Tool } from './tool';

// Points nearer than this part of the radius to the one before them change the stroke by less than a percent of it.
const stepOfRadius = 0.14;

// The points of a stroke, as they come. The last one is always where the pointer is.
export function extendStroke(points: Point[], path: readonly Point[], step: number): void {
  for (const point of path) {
    const last = points.at(-1);
    if (last !== undefined && distance(last, point) === 0) continue;
    const before = points.at(-2);
    if (before !== undefined && distance(before, last!) < step) points[points.length - 1] = point;
    else points.push(point);
  }
}

function makeBrush(erases: boolean): Tool {
  return {
    press(page: Page, start) {
      if (start.button !== 0 || page.store.get().picture === null) return null;
      const erase = erases !== start.shift;
      const radius = brushRadius(page.store.get());
      const target = erase ? eraseTarget(page, start.at) : null;
      if (erase && target === null && page.store.get().tools.strokes.length === 0) return null;
      const points: Point[] = [start.at];
      let last = start.at;
      const step = Math.max(0.25, radius * stepOfRadius);
      const follow = (path: readonly Point[]) => {
        extendStroke(points, path, step);
        last = path.at(-1) ?? last;
      };
      return {
        move: (spot) => follow(spot.path),
        up(end) {
          follow(end.path);
          if (target !== null && !page.store.get().selection.has(target)) select(page, target, false);
          void paint(page, points, radius, erase);
        },
        cancel: () => undefined,
        draw(pen, state) {
          const classId = editedAnnotation(state)?.class_id ?? state.classId ?? 0;
          pen.stroke(points, radius, erase ? 'erase' : { classId });
          pen.circle(last, radius, erase);
        },
      };
    },
    draw(pen, state, hover) {
      if (hover !== null && hover.kind !== 'touch') pen.circle(hover.at, brushRadius(state), erases !== hover.shift);
    },
    cursor: () => 'none',
  };
}

export const brush = makeBrush(false);
export const eraser = makeBrush(true);
