// Where the names of objects stand: on their tops, within the view, and never on one another. All in CSS pixels.

import { clamp, type Point, type Size } from './box';

export const labelHeight = 21;
export const labelRise = 27; // from the point it stands on up to its upper edge

export interface Label {
  readonly on: Point; // the point it stands on
  readonly width: number;
}

const edge = 2; // kept free at the edge of the view
const gap = 2; // between two

// Of one that would lie on another: a line higher, beside it, or below its point.
function placesOf({ on, width }: Label, screen: Size): readonly Point[] {
  const [x, y] = [on.x - width / 2, on.y - labelRise];
  const line = labelHeight + gap;
  const places = [[x, y], [x, y - line], [on.x + 4, y], [on.x - width - 4, y], [x, on.y + 6], [x, on.y + 6 + line]] as const;
  return places.map(([left, top]) => ({
    x: clamp(left, edge, Math.max(edge, screen.width - edge - width)),
    y: clamp(top, edge, Math.max(edge, screen.height - edge - labelHeight)),
  }));
}

// What is taken, by lines as high as a label: only its own line and the two beside it can touch it.
class Taken {
  private readonly lines = new Map<number, { readonly left: number; readonly top: number; readonly right: number }[]>();

  private lineOf(top: number): number {
    return Math.floor(top / (labelHeight + gap));
  }

  isFree({ x, y }: Point, width: number): boolean {
    const line = this.lineOf(y);
    for (let at = line - 1; at <= line + 1; ++at) {
      for (const other of this.lines.get(at) ?? []) {
        const apart = Math.abs(other.top - y) >= labelHeight + gap || other.left >= x + width + gap || other.right + gap <= x;
        if (!apart) return false;
      }
    }
    return true;
  }

  take({ x, y }: Point, width: number): void {
    const line = this.lineOf(y);
    const there = this.lines.get(line) ?? [];
    there.push({ left: x, top: y, right: x + width });
    this.lines.set(line, there);
  }
}

// The upper left corner of each, in their order; null: there is no room for it near its object. The first of `kept` has
// the first choice and always stands somewhere; of the others the last, which is drawn on top.
export function placeLabels(labels: readonly Label[], screen: Size, kept: readonly Label[] = []): {
  readonly kept: readonly Point[];
  readonly others: readonly (Point | null)[];
} {
  const taken = new Taken();
  const find = (label: Label) => placesOf(label, screen).find((place) => taken.isFree(place, label.width));
  const keptPlaces = kept.map((label) => {
    const place = find(label) ?? placesOf(label, screen)[0]!;
    taken.take(place, label.width);
    return place;
  });
  const places: (Point | null)[] = labels.map(() => null);
  for (let i = labels.length - 1; i >= 0; --i) {
    const place = find(labels[i]!);
    if (place === undefined) continue;
    taken.take(place, labels[i]!.width);
    places[i] = place;
  }
  return { kept: keptPlaces, others: places };
}
