import { describe, expect, test } from 'vitest';
import { alsoInView, homesOf, inView, labelHeight, type Labelled } from '../../src/geometry/labels';
import type { Box, Point } from '../../src/geometry/box';
import { polygonContains, type Polygon } from '../../src/geometry/polygon';
import { fit } from '../../src/geometry/viewport';
import { makeRandom } from '../random';

const picture = { width: 1200, height: 900 };
const screen = { width: 860, height: 740 };
const none: ReadonlySet<number> = new Set();

function shape(id: number, [x0, y0, x1, y1]: Box, width: number, corners = 4): Labelled {
  const turn = corners === 4 ? Math.PI / 4 : 0;
  const reach = corners === 4 ? Math.SQRT2 : 1;
  const outer = Array.from({ length: corners }, (_, i): [number, number] => {
    const angle = turn + (2 * Math.PI * i) / corners;
    return [(x0 + x1) / 2 + ((x1 - x0) / 2) * reach * Math.cos(angle), (y0 + y1) / 2 + ((y1 - y0) / 2) * reach * Math.sin(angle)];
  });
  return { id, box: [x0, y0, x1, y1], polygon: [{ outer, holes: [] }], area: (x1 - x0) * (y1 - y0), width };
}

// Of many sizes, over and within one another, some to the edge of the picture.
function some(n: number, seed: number): readonly Labelled[] {
  const next = makeRandom(seed);
  return Array.from({ length: n }, (_, i) => {
    const [w, h] = [6 * 80 ** next(0, 1), 6 * 80 ** next(0, 1)];
    const [x, y] = [next(-w / 2, picture.width - w / 2), next(-h / 2, picture.height - h / 2)];
    const box: Box = [Math.max(0, x), Math.max(0, y), Math.min(picture.width, x + w), Math.min(picture.height, y + h)];
    return shape(i, box, next(40, 160), i % 3 === 0 ? 4 : 40);
  });
}

const rectOf = ({ x, y }: Point, width: number): Box => [x, y, x + width, y + labelHeight];
const enlarged = ({ box }: Labelled, scale: number): Box => [scale * box[0], scale * box[1], scale * box[2], scale * box[3]];
const meet = (a: Box, b: Box, within = 0) =>
  a[0] < b[2] + within && b[0] < a[2] + within && a[1] < b[3] + within && b[1] < a[3] + within;

function* scenes() {
  for (let seed = 1; seed <= 12; ++seed)
    for (const scale of [0.3, 0.7, 2.3, 9]) yield { objects: some(12 * seed, seed), scale, seed };
}

describe('names of objects', () => {
  test('each touches the box of its own object, begins within its width, and lies in the picture; none lies on another', () => {
    let count = 0;
    for (const { objects, scale } of scenes()) {
      const { at } = homesOf(objects, none, picture, scale);
      const rects = [...at].map(([id, home]) => ({ rect: rectOf(home, objects[id]!.width), box: enlarged(objects[id]!, scale) }));
      count += rects.length;
      rects.forEach(({ rect, box }, i) => {
        expect(meet(rect, box, 0.01)).toBe(true);
        expect(rect[0]).toBeGreaterThanOrEqual(box[0] - 0.01);
        expect(rect[0]).toBeLessThan(box[2]);
        expect(rect[0] >= 0 && rect[1] >= 0 && rect[2] <= scale * picture.width && rect[3] <= scale * picture.height).toBe(true);
        for (const other of rects.slice(i + 1)) expect(meet(rect, other.rect)).toBe(false);
      });
    }
    expect(count).toBeGreaterThan(500);
  });

  test('one sees whose it is: it covers no other object, or most of it lies where its own is seen', () => {
    for (const { objects, scale } of scenes()) {
      const seenAt = (x: number, y: number) =>
        objects
          .filter(({ polygon }) => polygonContains(polygon, { x: x / scale, y: y / scale }))
          .sort((a, b) => a.area - b.area || a.id - b.id)[0]?.id;
      for (const [id, home] of homesOf(objects, none, picture, scale).at) {
        const rect = rectOf(home, objects[id]!.width);
        const covered = objects.filter((other) => other.id !== id && meet(rect, enlarged(other, scale)));
        if (covered.length === 0) continue;
        const points = [10, objects[id]!.width / 2, objects[id]!.width - 10].map((x) => [rect[0] + x, rect[1] + labelHeight / 2] as const);
        expect(points.filter(([x, y]) => seenAt(x, y) === id).length).toBeGreaterThanOrEqual(2);
      }
    }
  });

  test('an object smaller than its name has none; it comes when the picture is enlarged', () => {
    for (const { objects, scale } of scenes()) {
      const { at } = homesOf(objects, none, picture, scale);
      for (const object of objects) {
        const [x0, y0, x1, y1] = enlarged(object, scale);
        if ((x1 - x0) * (y1 - y0) < object.width * labelHeight) expect(at.has(object.id)).toBe(false);
      }
    }
    const alone = [shape(1, [500, 400, 530, 425], 90, 40)];
    expect(homesOf(alone, none, picture, 1).at.size).toBe(0);
    expect(homesOf(alone, none, picture, 4).at.size).toBe(1);
  });

  test('a kept one is shown whatever is there, within the view while its object is; and no other name lies on it', () => {
    for (const { objects, scale, seed } of scenes()) {
      const kept = new Set([seed % objects.length, (5 * seed) % objects.length]);
      const next = makeRandom(100 + seed);
      const viewport = { scale, x: next(-0.5, 0.2) * scale * picture.width, y: next(-0.5, 0.2) * scale * picture.height };
      const homes = homesOf(objects, kept, picture, scale);
      const shown = inView(homes, viewport, screen);
      for (const id of kept) {
        const [x0, y0, x1, y1] = enlarged(objects[id]!, scale);
        expect(homes.at.has(id)).toBe(true);
        if (x1 + viewport.x <= 0 || y1 + viewport.y <= 0 || x0 + viewport.x >= screen.width || y0 + viewport.y >= screen.height) continue;
        const rect = rectOf(shown.get(id)!, objects[id]!.width);
        expect(rect[0] >= 0 && rect[1] >= 0 && rect[2] <= screen.width && rect[3] <= screen.height).toBe(true);
        for (const [other, at] of shown)
          if (!kept.has(other)) expect(meet(rect, rectOf(at, objects[other]!.width))).toBe(false);
      }
    }
  });

  test('none jumps while the view is moved: it goes with the picture, or stays on the edge that cuts its object', () => {
    for (const { objects, scale, seed } of scenes()) {
      const homes = homesOf(objects, none, picture, scale);
      const next = makeRandom(seed);
      let viewport = { scale, x: next(-0.4, 0.1) * scale * picture.width, y: next(-0.4, 0.1) * scale * picture.height };
      let before = inView(homes, viewport, screen);
      for (let i = 0; i < 12; ++i) {
        const [dx, dy] = [Math.round(next(-9, 9)), Math.round(next(-9, 9))];
        viewport = { scale, x: viewport.x + dx, y: viewport.y + dy };
        const now = inView(homes, viewport, screen);
        for (const [id, at] of now) {
          const old = before.get(id);
          if (old === undefined) continue;
          expect(Math.abs(at.x - old.x)).toBeLessThanOrEqual(Math.abs(dx) + 1e-6);
          expect(Math.abs(at.y - old.y)).toBeLessThanOrEqual(Math.abs(dy) + 1e-6);
        }
        before = now;
      }
    }
  });

  test('in view none is cut, none lies on another, each touches its own; the same again for the same', () => {
    for (const { objects, scale, seed } of scenes()) {
      const next = makeRandom(200 + seed);
      const viewport = { scale, x: next(-0.6, 0.2) * scale * picture.width, y: next(-0.6, 0.2) * scale * picture.height };
      const shown = inView(homesOf(objects, none, picture, scale), viewport, screen);
      const again = inView(homesOf([...objects].reverse(), none, picture, scale), viewport, screen);
      expect([...again]).toEqual([...shown]);
      const rects = [...shown].map(([id, at]) => ({ id, rect: rectOf(at, objects[id]!.width) }));
      rects.forEach(({ id, rect }, i) => {
        const [x0, y0, x1, y1] = enlarged(objects[id]!, scale);
        expect(meet(rect, [x0 + viewport.x, y0 + viewport.y, x1 + viewport.x, y1 + viewport.y], 0.01)).toBe(true);
        expect(rect[0] >= 0 && rect[1] >= 0 && rect[2] <= screen.width && rect[3] <= screen.height).toBe(true);
        for (const other of rects.slice(i + 1)) expect(meet(rect, other.rect)).toBe(false);
      });
    }
  });

  test('alone it sits on the top edge from the left one on; at the top of the picture within the corner', () => {
    const at = (box: Box) => homesOf([shape(1, box, 80)], none, picture, 1).at.get(1);
    expect(at([300, 200, 500, 400])).toEqual({ x: 300, y: 200 - labelHeight });
    expect(at([300, 5, 500, 400])).toEqual({ x: 301, y: 6 });
  });

  test('within another object it stands inside; where smaller ones cover its corner, at its left edge below them', () => {
    const wall = shape(1, [0, 0, 1200, 900], 60);
    const door = shape(2, [300, 300, 500, 700], 60);
    const lamp = shape(3, [0, 0, 250, 90], 50);
    const { at } = homesOf([wall, door, lamp], none, picture, 1);
    expect(at.get(2)).toEqual({ x: 301, y: 301 });
    expect(at.get(3)).toEqual({ x: 1, y: 1 });
    expect(at.get(1)!.x).toBeCloseTo(1);
    expect(at.get(1)!.y).toBeGreaterThanOrEqual(90);
  });

  test('on a bent object it stands where the object is, not where its box is', () => {
    const stripe: Polygon = [{ outer: [[100, 700], [900, 100], [1000, 200], [200, 800]], holes: [] }];
    const object: Labelled = { id: 1, box: [100, 100, 1000, 800], polygon: stripe, area: 140_000, width: 60 };
    const wall = shape(2, [0, 0, 1200, 900], 60);
    const { x, y } = homesOf([object, wall], none, picture, 1).at.get(1)!;
    expect(polygonContains(stripe, { x: x + 30, y: y + labelHeight / 2 })).toBe(true);
  });

  test('under a sloping top it stands at the left edge, rather than higher up at the right', () => {
    const roof: Polygon = [{ outer: [[100, 300], [700, 220], [700, 600], [100, 600]], holes: [] }];
    const object: Labelled = { id: 1, box: [100, 220, 700, 600], polygon: roof, area: 200_000, width: 60 };
    const { x, y } = homesOf([object, shape(2, [0, 0, 1200, 900], 60)], none, picture, 1).at.get(1)!;
    expect(x).toBeCloseTo(101);
    expect(y).toBeLessThan(350);
  });

  test('the one pointed at is shown too: where it is, or else on its object, clear of the others if it can be', () => {
    const objects = [shape(1, [300, 300, 600, 500], 80), shape(2, [620, 300, 630, 310], 80)];
    const viewport = fit(picture, screen);
    const homes = homesOf(objects, none, picture, viewport.scale);
    const shown = inView(homes, viewport, screen);
    expect([...shown.keys()]).toEqual([1]);
    expect(alsoInView(1, homes, shown, viewport, screen)).toEqual(shown.get(1));
    const also = rectOf(alsoInView(2, homes, shown, viewport, screen)!, 80);
    const [x0, y0, x1, y1] = enlarged(objects[1]!, viewport.scale);
    expect(meet(also, [x0 + viewport.x, y0 + viewport.y, x1 + viewport.x, y1 + viewport.y], 0.01)).toBe(true);
    expect(meet(also, rectOf(shown.get(1)!, 80))).toBe(false);
    expect(alsoInView(3, homes, shown, viewport, screen)).toBeNull();
  });
});
