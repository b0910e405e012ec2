import { describe, expect, test } from 'vitest';
import { above, firstOpen, isOpen, itemsOf, neighbour, type WalkKind } from '../../src/model/walk';
import type { Annotation, Review } from '../../src/model/wire';
import { makeRandom } from '../random';

function fractions(seed: number): () => number {
  const random = makeRandom(seed);
  return () => random(0, 1);
}

function annotation(id: number, score: number, review: Review): Annotation {
  return { id, class_id: 0, polygon: [], area: 1, box: [0, 0, 1, 1], score, review, prompt: {} };
}

const reviews: readonly Review[] = ['', 'proposed', 'accepted', 'rejected'];
const kinds: readonly WalkKind[] = ['proposals', 'review', 'mend'];

// Ids in random order, as after changes of the drawing order.
function some(random: () => number): readonly Annotation[] {
  const n = Math.floor(random() * 9);
  const ids = Array.from({ length: n }, (_, i) => i + 1).sort(() => random() - 0.5);
  return ids.map((id) => annotation(id, Math.floor(random() * 4) / 4, reviews[Math.floor(random() * 4)]!));
}

describe('walks', () => {
  test('steps from the first visit every item once, in order, and steps back retrace them', () => {
    const random = fractions(7);
    for (let round = 0; round < 300; ++round) {
      const annotations = some(random);
      for (const kind of kinds) {
        const items = itemsOf(kind, annotations);
        const seen: number[] = [];
        for (let at: Annotation | null = items[0] ?? null; at !== null; at = neighbour(kind, annotations, at, 1, false))
          seen.push(at.id);
        expect(seen).toEqual(items.map(({ id }) => id));
        const back: number[] = [];
        for (let at: Annotation | null = items.at(-1) ?? null; at; at = neighbour(kind, annotations, at, -1, false))
          back.push(at.id);
        expect(back.reverse()).toEqual(seen);
      }
    }
  });

  test('proposals come from the least certain to the most certain, nothing else comes', () => {
    const random = fractions(11);
    for (let round = 0; round < 200; ++round) {
      const items = itemsOf('proposals', some(random));
      expect(items.every(({ review }) => review === 'proposed')).toBe(true);
      for (let i = 1; i < items.length; ++i) expect(items[i]!.score).toBeGreaterThanOrEqual(items[i - 1]!.score);
    }
  });

  test('after what was decided or deleted meanwhile the next open one follows, and it is never one left out', () => {
    const random = fractions(13);
    for (let round = 0; round < 300; ++round) {
      const annotations = some(random);
      for (const kind of kinds) {
        const items = itemsOf(kind, annotations);
        for (const [i, item] of items.entries()) {
          const without = new Set([item.id]);
          const next = neighbour(kind, annotations, item, 1, true, without);
          expect(next).toEqual(items.slice(i + 1).find((other) => isOpen(kind, other)) ?? null);
          if (kind !== 'proposals') continue;
          const deleted = annotations.filter((other) => other !== item);
          expect(neighbour(kind, deleted, item, 1, true)).toEqual(next);
        }
      }
    }
  });

  test('the first that waits is the first that is neither decided nor on its way', () => {
    const list = [annotation(1, 0.5, 'accepted'), annotation(2, 0.5, ''), annotation(3, 0.2, 'proposed')];
    expect(firstOpen('review', list)?.id).toBe(2);
    expect(firstOpen('review', list, new Set([2]))?.id).toBe(3);
    expect(firstOpen('proposals', list, new Set([3]))).toBeNull();
    expect(firstOpen('mend', list)).toBeNull();
  });

  test('above a score are proposals of that score and more', () => {
    const list = [annotation(1, 0.9, 'accepted'), annotation(2, 0.8, 'proposed'), annotation(3, 0.79, 'proposed')];
    expect(above(list, 0.8).map(({ id }) => id)).toEqual([2]);
  });
});
