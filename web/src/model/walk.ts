// Which annotation comes next on a walk through those of an image.

import type { Annotation, ImageState } from './wire';

// proposals: from the least certain to the most certain; review: all, as listed; mend: those a reviewer rejected.
export type WalkKind = 'proposals' | 'review' | 'mend';

// The images that the walk goes on to.
export const statesOf: Readonly<Record<WalkKind, readonly ImageState[]>> = {
  proposals: ['proposed'],
  review: ['unreviewed'],
  mend: ['rejected'],
};

export function isProposal({ review }: Annotation): boolean {
  return review === 'proposed';
}

// It waits for a decision.
export function isOpen(kind: WalkKind, { review = '' }: Annotation): boolean {
  if (kind === 'review') return review === '' || review === 'proposed';
  return review === (kind === 'mend' ? 'rejected' : 'proposed');
}

function before(a: Annotation, b: Annotation): number {
  return a.score - b.score || a.id - b.id;
}

// What the walk passes, in its order. In a review also what is decided: one may look at it again.
export function itemsOf(kind: WalkKind, annotations: readonly Annotation[]): readonly Annotation[] {
  if (kind === 'review') return annotations;
  const open = annotations.filter((annotation) => isOpen(kind, annotation));
  return kind === 'proposals' ? open.sort(before) : open;
}

const nothing: ReadonlySet<number> = new Set();

// The first that waits for a decision. without: decided, but not yet acknowledged.
export function firstOpen(kind: WalkKind, annotations: readonly Annotation[], without = nothing): Annotation | null {
  return itemsOf(kind, annotations).find((item) => isOpen(kind, item) && !without.has(item.id)) ?? null;
}

// The neighbour of an annotation in the walk's order, whether or not it is itself still one of the walk's. onlyOpen:
// the next one that waits for a decision.
export function neighbour(
  kind: WalkKind,
  annotations: readonly Annotation[],
  of: Annotation,
  step: 1 | -1,
  onlyOpen: boolean,
  without = nothing,
): Annotation | null {
  const items = itemsOf(kind, annotations).filter((item) => !without.has(item.id) || item.id === of.id);
  const fits = (item: Annotation) => item.id !== of.id && (!onlyOpen || isOpen(kind, item));
  const isAfter =
    kind === 'proposals' ? (item: Annotation) => before(item, of) > 0 : positionAfter(annotations, items, of);
  const side = items.filter((item) => fits(item) && isAfter(item) === step > 0);
  return (step > 0 ? side[0] : side.at(-1)) ?? null;
}

// Ids grow with time, so that of an annotation that is gone still says where it was, unless the order was changed.
function positionAfter(
  annotations: readonly Annotation[],
  items: readonly Annotation[],
  of: Annotation,
): (item: Annotation) => boolean {
  const at = annotations.findIndex(({ id }) => id === of.id);
  if (at < 0) return (item) => item.id > of.id;
  const after = new Set(annotations.slice(at + 1).map(({ id }) => id));
  return (item) => items.includes(item) && after.has(item.id);
}

// Proposals that are at least this certain.
export function above(annotations: readonly Annotation[], score: number): readonly Annotation[] {
  return annotations.filter((annotation) => isProposal(annotation) && annotation.score >= score);
}
