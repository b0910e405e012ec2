// The names on the picture: what they say, and where they stand. Places are found when the objects or the enlargement
// change, and moved with the view otherwise; the pointer costs nothing.

import type { Point } from '../geometry/box';
import { alsoInView, homesOf, inView, type Homes, type Labelled } from '../geometry/labels';
import { toPicture } from '../geometry/viewport';
import { colorOf, css } from '../model/color';
import type { Annotation } from '../model/wire';
import type { PageState } from '../state/page-state';
import { plate, plateWidth, type Canvas } from './brush';
import { same } from './sheet';

interface Name extends Labelled {
  readonly text: string;
  readonly color: string;
}

export interface Names {
  // For these, in whatever order; those of `kept` are shown in any case.
  arrange(canvas: Canvas, annotations: readonly Annotation[], kept: ReadonlySet<number>, state: PageState): void;
  draw(canvas: Canvas, which: (id: number) => boolean, state: PageState): void; // as they were arranged
  drawAlso(canvas: Canvas, id: number, state: PageState): void; // one more, if it is not shown
}

export function makeNames(textOf: (annotation: Annotation) => string): Names {
  let names: ReadonlyMap<number, Name> = new Map();
  let homes: Homes | null = null;
  let shown: ReadonlyMap<number, Point> = new Map();
  let annotationsBefore: readonly Annotation[] = [];
  let homesFor: readonly unknown[] = [];
  let shownFor: readonly unknown[] = [];

  const drawAt = (canvas: Canvas, { text, color }: Name, at: Point, { viewport }: PageState) => {
    const { x, y } = toPicture(viewport, at);
    plate(canvas, text, color, x, y, viewport.scale);
  };
  return {
    arrange(canvas, annotations, kept, state) {
      const { project, picture, viewport, screen } = state;
      if (picture === null) return;
      if (!same(annotations, annotationsBefore)) annotationsBefore = annotations;
      const needs = [annotationsBefore, [...kept].join(), project, viewport.scale, picture.width, picture.height];
      if (!same(needs, homesFor)) {
        homesFor = needs;
        names = new Map(
          annotations.map((annotation) => {
            const { id, box, polygon, area, class_id } = annotation;
            const text = textOf(annotation);
            return [id, { id, box, polygon, area, text, width: plateWidth(canvas, text), color: css(colorOf(class_id)) }];
          }),
        );
        homes = homesOf([...names.values()], kept, picture, viewport.scale);
      }
      const now = [homes, viewport, screen];
      if (same(now, shownFor)) return;
      shownFor = now;
      shown = inView(homes!, viewport, screen);
    },
    draw(canvas, which, state) {
      for (const [id, at] of shown) if (which(id)) drawAt(canvas, names.get(id)!, at, state);
    },
    drawAlso(canvas, id, state) {
      const isFresh = same([homes, state.viewport, state.screen], shownFor); // else the others are drawn anew in a moment
      if (homes === null || !isFresh || shown.has(id)) return;
      const at = alsoInView(id, homes, shown, state.viewport, state.screen);
      if (at !== null) drawAt(canvas, names.get(id)!, at, state);
    },
  };
}
