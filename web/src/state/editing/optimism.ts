// A picture as it will be once the edits that wait are made. What only the program can compute (brush strokes, merging,
// undo) is not guessed.

import type { Box } from '../../geometry/box';
import type { Polygon, Ring } from '../../geometry/polygon';
import type { Annotation, Edit, Picture } from '../../model/wire';
import type { WaitingEdit } from './edit-queue-state';

function ringArea(ring: Ring): number {
  let twice = 0;
  ring.forEach(([x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice) / 2;
}

function boxOfPolygon(polygon: Polygon): Box {
  const points = polygon.flatMap((part) => part.outer);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function reshaped(annotation: Annotation, polygon: Polygon): Annotation {
  if (polygon.every((part) => part.outer.length === 0)) return annotation;
  const holes = (part: Polygon[number]) => part.holes.reduce((sum, hole) => sum + ringArea(hole), 0);
  const area = polygon.reduce((sum, part) => sum + ringArea(part.outer) - holes(part), 0);
  return { ...annotation, polygon, area: Math.round(area), box: boxOfPolygon(polygon) };
}

function changed(all: readonly Annotation[], { edit, shown }: WaitingEdit): readonly Annotation[] {
  const some = (ids: readonly number[], change: (annotation: Annotation) => Annotation) =>
    all.map((annotation) => (ids.includes(annotation.id) ? change(annotation) : annotation));
  switch (edit.type) {
    case 'delete':
      return all.filter(({ id }) => !edit.ids.includes(id));
    case 'clear':
      return [];
    case 'set_class':
      return some(edit.ids, (annotation) => ({ ...annotation, class_id: edit.class_id }));
    case 'review': {
      const note = edit.note === undefined ? {} : { note: edit.note };
      return some(edit.ids, (annotation) => ({ ...annotation, review: edit.review, ...note }));
    }
    case 'set_polygon':
      return some([edit.id], (annotation) => reshaped(annotation, edit.polygon));
    case 'set_mask':
      if (shown === null) return all;
      return some([edit.id], (old) => ({ ...old, class_id: shown.class_id, polygon: shown.polygon, area: shown.area, box: shown.box }));
    default:
      return all;
  }
}

// Whether the picture looks different at once.
export function isGuessed({ edit, shown }: Pick<WaitingEdit, 'edit' | 'shown'>): boolean {
  const types: readonly Edit['type'][] = ['delete', 'clear', 'set_class', 'review', 'set_polygon', 'mark'];
  return types.includes(edit.type) || shown !== null;
}

// base: as the program has it.
export function withWaiting(base: Picture, waiting: readonly WaitingEdit[]): Picture {
  const own = waiting.filter(({ name }) => name === base.name);
  if (own.length === 0) return base;
  let { annotations, reviewed, faulty, can_redo } = base;
  for (const each of own) {
    annotations = changed(annotations, each);
    if (each.edit.type === 'undo') can_redo = true;
    else if (each.edit.type !== 'redo' && each.edit.type !== 'mark') can_redo = false;
    if (each.edit.type !== 'mark') continue;
    reviewed = each.edit.reviewed ?? reviewed;
    faulty = each.edit.faulty ?? faulty;
  }
  return { ...base, annotations, reviewed, faulty, can_undo: true, can_redo };
}

// Objects that the program has not numbered yet.
export function newObjects(waiting: readonly WaitingEdit[], name: string): readonly Annotation[] {
  return waiting.flatMap((each) =>
    each.name === name && each.edit.type === 'add' && each.shown !== null ? [each.shown] : [],
  );
}
