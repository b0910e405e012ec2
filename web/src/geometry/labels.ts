// Where the names of objects stand: each on its own object, from its left edge on, where one sees whose it is; or
// nowhere. Its home is found in the picture as it is enlarged, whatever part of it is in view, so that no name jumps while
// the view is moved. All in CSS pixels, from the upper left corner of the picture unless it says "on screen".

import { clamp, type Box, type Point, type Size } from './box';
import { polygonContains, spansAt, thinned, topWithin, type Polygon } from './polygon';
import type { Viewport } from './viewport';

export const labelHeight = 21;

export interface Labelled {
  readonly id: number;
  readonly box: Box; // these three in pixels of the picture
  readonly polygon: Polygon;
  readonly area: number;
  readonly width: number; // of its name, CSS pixels
}

const gap = 2; // between two names
const edge = 2; // kept free at the edge of the view
const clearance = 3; // between a name in the open and other objects
const sags = 3; // by how much an outline may lie below the name that sits on it
const rows = 8; // places looked at within an object, from its top to its bottom

const rectAt = ({ x, y }: Point, width: number): Box => [x, y, x + width, y + labelHeight];

function shared(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return width > 0 && height > 0 ? width * height : 0;
}

const isWithin = (a: Box, b: Box): boolean => a[0] >= b[0] && a[1] >= b[1] && a[2] <= b[2] && a[3] <= b[3];

const areaOf = (box: Box): number => (box[2] - box[0]) * (box[3] - box[1]);

const grown = (box: Box, by: number): Box => [box[0] - by, box[1] - by, box[2] + by, box[3] + by];

// What is taken, by lines as high as a name: only its own line and the two beside it can touch it.
class Taken {
  private readonly lines = new Map<number, Box[]>();

  private lineOf(top: number): number {
    return Math.floor(top / (labelHeight + gap));
  }

  isFree(rect: Box): boolean {
    const line = this.lineOf(rect[1]);
    for (let at = line - 1; at <= line + 1; ++at) {
      for (const other of this.lines.get(at) ?? []) if (shared(grown(rect, gap), other) > 0) return false;
    }
    return true;
  }

  take(rect: Box): void {
    const line = this.lineOf(rect[1]);
    const there = this.lines.get(line) ?? [];
    there.push(rect);
    this.lines.set(line, there);
  }
}

interface Thing extends Labelled {
  readonly on: Box; // its box as it is enlarged
  readonly rank: number; // of the smallest 0
}

const outlines = new WeakMap<Polygon, { readonly step: number; readonly polygon: Polygon }>();

// Without the points nearer to one another than two on screen. Kept for the present octave of the enlargement.
function outlineOf({ polygon }: Thing, scale: number): Polygon {
  const step = 2 / 2 ** Math.ceil(Math.log2(scale));
  const known = outlines.get(polygon);
  if (known?.step === step) return known.polygon;
  const thin = polygon.map(({ outer, holes }) => ({
    outer: thinned(outer, step),
    holes: holes.map((hole) => thinned(hole, step)),
  }));
  outlines.set(polygon, { step, polygon: thin });
  return thin;
}

const columns = 24; // of cells over the picture, as many as lines: who is at a place is looked for in its cell

// Objects as large as the picture is enlarged; the smallest first: it is what one sees where several lie.
class Scene {
  readonly things: readonly Thing[];
  private readonly cells: Thing[][] = Array.from({ length: columns * columns }, () => []);

  constructor(
    objects: readonly Labelled[],
    readonly picture: Size,
    readonly scale: number,
  ) {
    this.things = objects
      .map(({ id, box, polygon, area, width }): Thing => {
        const on: Box = [scale * box[0], scale * box[1], scale * box[2], scale * box[3]];
        return { id, box, polygon, area, width, on, rank: 0 };
      })
      .sort((a, b) => a.area - b.area || a.id - b.id)
      .map((thing, rank) => ({ ...thing, rank }));
    for (const thing of this.things) for (const cell of this.cellsOf(thing.on)) cell.push(thing);
  }

  private cellsOf([x0, y0, x1, y1]: Box): Thing[][] {
    const found: Thing[][] = [];
    const [left, right] = [this.column(x0), this.column(x1)];
    for (let row = this.row(y0), last = this.row(y1); row <= last; ++row)
      for (let column = left; column <= right; ++column) found.push(this.cells[row * columns + column]!);
    return found;
  }

  private column(x: number): number {
    return clamp(Math.floor((x * columns) / (this.scale * this.picture.width)), 0, columns - 1);
  }

  private row(y: number): number {
    return clamp(Math.floor((y * columns) / (this.scale * this.picture.height)), 0, columns - 1);
  }

  // Whether so many of three points along the middle of a place show what is asked for.
  shows(rect: Box, least: 2 | 3, is: (seen: Thing | null) => boolean): boolean {
    const y = (rect[1] + rect[3]) / 2;
    let others = 3;
    for (const x of [rect[0] + 10, rect[2] - 10, (rect[0] + rect[2]) / 2])
      if (!is(this.seenAt(x, y)) && --others < least) return false;
    return true;
  }

  private seenAt(x: number, y: number): Thing | null {
    const at = { x: x / this.scale, y: y / this.scale };
    for (const each of this.cells[this.row(y) * columns + this.column(x)]!) {
      const [x0, y0, x1, y1] = each.on;
      if (x >= x0 && x <= x1 && y >= y0 && y <= y1 && polygonContains(outlineOf(each, this.scale), at)) return each;
    }
    return null;
  }

  // Whether a name there would hide an object that lies on this one.
  hides(thing: Thing, rect: Box): boolean {
    return this.cellsOf(rect).some((cell) =>
      cell.some((other) => other.rank < thing.rank && shared(rect, other.on) > areaOf(other.on) / 3),
    );
  }

  isOpen(thing: Thing, rect: Box): boolean {
    const wide = grown(rect, clearance);
    const { width, height } = this.picture;
    const inside = rect[0] >= 0 && rect[1] >= 0 && rect[2] <= this.scale * width && rect[3] <= this.scale * height;
    if (!inside) return false;
    return this.cellsOf(wide).every((cell) => cell.every((other) => other === thing || shared(wide, other.on) === 0));
  }
}

// Sitting on the top edge, from the left one on; or, where that is far from the outline, on the highest point of it.
function placesAbove(thing: Thing, scale: number): readonly Point[] {
  const { on, width } = thing;
  const [x0, y0, x1] = on;
  const polygon = outlineOf(thing, scale);
  const reaches = topWithin(polygon, x0 / scale, Math.min(x1, x0 + width) / scale);
  if (reaches !== null && scale * reaches.y <= y0 + sags) return [{ x: x0, y: scale * reaches.y - labelHeight }];
  const top = topWithin(polygon, -Infinity, Infinity);
  return top === null ? [] : [{ x: clamp(scale * top.x - 10, x0, Math.max(x0, x1 - width)), y: y0 - labelHeight }];
}

// Where the object is wide enough for it: first at its left edges, the nearest to the upper left corner of its box, then in
// the middle, then at the right.
function* placesWithin(thing: Thing, scale: number): Generator<Point> {
  const { on, width } = thing;
  const [, y0, , y1] = on;
  const polygon = outlineOf(thing, scale);
  const step = Math.max(labelHeight / 2, (y1 - y0 - labelHeight) / rows);
  const rooms: { readonly x: number; readonly y: number; readonly spare: number }[] = [];
  for (let y = y0 + 1; y + labelHeight <= y1; y += step) {
    for (const [from, to] of spansAt(polygon, (y + labelHeight / 2) / scale)) {
      const spare = scale * (to - from) - width - 2;
      if (spare >= 0) rooms.push({ x: scale * from + 1, y, spare });
    }
  }
  rooms.sort((a, b) => a.x + a.y - (b.x + b.y));
  yield* rooms;
  for (const part of [0.5, 1]) for (const { x, y, spare } of rooms) if (spare > 4) yield { x: x + part * spare, y };
}

// In the open a name may be longer than its object, which still has to be larger than it. Within it, more of the object
// than of the name has to be seen.
function isLargeEnough({ on, width }: Thing, within: boolean): boolean {
  const [w, h] = [on[2] - on[0], on[3] - on[1]];
  const least = within ? [width + 2, labelHeight + 2, 2] : [width / 2, labelHeight / 2, 1];
  return w >= least[0]! && h >= least[1]! && w * h >= least[2]! * width * labelHeight;
}

function homeOf(thing: Thing, scene: Scene, taken: Taken): Point | null {
  const { on, width } = thing;
  if (!isLargeEnough(thing, false)) return null;
  const isFree = (at: Point) => taken.isFree(rectAt(at, width));
  const above = placesAbove(thing, scene.scale).find((at) => isFree(at) && scene.isOpen(thing, rectAt(at, width)));
  if (above !== undefined) return above;
  if (!isLargeEnough(thing, true)) return null;
  const isIts = (at: Point, least: 2 | 3) => {
    const rect = rectAt(at, width);
    return isFree(at) && !scene.hides(thing, rect) && scene.shows(rect, least, (seen) => seen === thing);
  };
  const corner = { x: on[0] + 1, y: on[1] + 1 };
  if (isIts(corner, 2)) return corner;
  for (const at of placesWithin(thing, scene.scale)) if (isIts(at, 3)) return at;
  return null;
}

// Of one that has to be shown: on its object, though it may lie on others.
function homeAnyway({ on, width }: Thing, picture: Size, scale: number, taken: Taken): Point {
  const x = clamp(on[0], 0, Math.max(0, scale * picture.width - width));
  const places = [on[1] - labelHeight, on[1] + 1, on[3], on[3] - labelHeight - 1].map((y) => ({ x, y }));
  const above = places.filter(({ y }) => y >= 0);
  return above.find((at) => taken.isFree(rectAt(at, width))) ?? above[0] ?? places[1]!;
}

export interface Homes {
  readonly scene: Scene;
  readonly kept: ReadonlySet<number>;
  readonly at: ReadonlyMap<number, Point>; // by id, in the order of their right to a place
}

// kept: those that are shown wherever there is a place or not, and choose first.
export function homesOf(objects: readonly Labelled[], kept: ReadonlySet<number>, picture: Size, scale: number): Homes {
  const scene = new Scene(objects, picture, scale);
  const taken = new Taken();
  const at = new Map<number, Point>();
  const put = (thing: Thing, home: Point | null) => {
    if (home === null) return;
    taken.take(rectAt(home, thing.width));
    at.set(thing.id, home);
  };
  for (const thing of scene.things) {
    if (kept.has(thing.id)) put(thing, homeOf(thing, scene, taken) ?? homeAnyway(thing, picture, scale, taken));
  }
  for (const thing of scene.things) if (!kept.has(thing.id)) put(thing, homeOf(thing, scene, taken));
  return { scene, kept, at };
}

// Within the object's own extent, so far that it begins in view.
function slid(home: Point, { on, width }: Thing, view: Box): Point {
  return {
    x: Math.max(home.x, Math.min(view[0] + edge, on[2] - width)),
    y: Math.max(home.y, Math.min(view[1] + edge, on[3] - labelHeight)),
  };
}

function heldIn(view: Box, { x, y }: Point, width: number): Point {
  return {
    x: clamp(x, view[0] + edge, Math.max(view[0] + edge, view[2] - edge - width)),
    y: clamp(y, view[1] + edge, Math.max(view[1] + edge, view[3] - edge - labelHeight)),
  };
}

// The upper left corner on screen of each that is in view. One whose home is beyond the left or the upper edge of the view
// while its object is not stays at that edge, where it is its own and free; the others stay where they are. None is cut
// by the edge.
export function inView({ scene, kept, at: homes }: Homes, { x, y }: Viewport, screen: Size): ReadonlyMap<number, Point> {
  const view: Box = [-x, -y, screen.width - x, screen.height - y];
  const found = new Map<number, Point>();
  const taken = new Taken();
  const put = ({ id, width }: Thing, at: Point) => {
    taken.take(rectAt(at, width));
    found.set(id, { x: at.x + x, y: at.y + y });
  };
  const moved: (readonly [Thing, Point])[] = [];
  const still: (readonly [Thing, Point])[] = [];
  for (const thing of scene.things) {
    const home = homes.get(thing.id);
    if (home === undefined || shared(grown(thing.on, edge), view) === 0) continue;
    const at = slid(home, thing, view);
    const isStill = at.x === home.x && at.y === home.y;
    if (kept.has(thing.id)) put(thing, heldIn(view, at, thing.width));
    else if (isWithin(rectAt(at, thing.width), view)) (isStill ? still : moved).push([thing, at]);
  }
  const isFree = ({ width }: Thing, at: Point) => taken.isFree(rectAt(at, width));
  for (const [thing, at] of still) if (isFree(thing, at)) put(thing, at);
  for (const [thing, at] of moved)
    if (isFree(thing, at) && scene.shows(rectAt(at, thing.width), 2, (seen) => seen === null || seen === thing)) put(thing, at);
  return found;
}

// One more, on top of these: where it is shown already, else where it hides none of them, if there is such a place.
export function alsoInView(id: number, homes: Homes, shown: ReadonlyMap<number, Point>, { x, y }: Viewport, screen: Size): Point | null {
  const { scene } = homes;
  const thing = scene.things.find((each) => each.id === id);
  if (thing === undefined) return null;
  const there = shown.get(id);
  if (there !== undefined) return there;
  const taken = new Taken();
  for (const each of scene.things) {
    const at = shown.get(each.id);
    if (at !== undefined) taken.take(rectAt({ x: at.x - x, y: at.y - y }, each.width));
  }
  const view: Box = [-x, -y, screen.width - x, screen.height - y];
  const at = heldIn(view, slid(homeAnyway(thing, scene.picture, scene.scale, taken), thing, view), thing.width);
  return { x: at.x + x, y: at.y + y };
}
