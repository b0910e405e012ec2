import { describe, expect, test } from 'vitest';
import {
  fit,
  keepInSight,
  minScale,
  pan,
  toPicture,
  toScreen,
  visible,
  zoomAt,
  type Viewport,
} from '../../src/geometry/viewport';
import { makeRandom } from '../random';

const random = makeRandom(7);
const sizes = () => ({ width: Math.round(random(1, 20000)), height: Math.round(random(1, 20000)) });
const screens = () => ({ width: random(200, 4000), height: random(200, 2500) });

function someView(): Viewport {
  return { scale: 2 ** random(-6, 5), x: random(-5000, 5000), y: random(-5000, 5000) };
}

describe('viewport', () => {
  test('screen and picture coordinates are inverse', () => {
    for (let i = 0; i < 500; ++i) {
      const view = someView();
      const point = { x: random(-100, 20000), y: random(-100, 20000) };
      const back = toPicture(view, toScreen(view, point));
      expect(back.x).toBeCloseTo(point.x, 6);
      expect(back.y).toBeCloseTo(point.y, 6);
    }
  });

  test('zooming keeps the picture point under the cursor', () => {
    for (let i = 0; i < 500; ++i) {
      const [picture, screen, view] = [sizes(), screens(), someView()];
      const cursor = { x: random(0, screen.width), y: random(0, screen.height) };
      const before = toPicture(view, cursor);
      const zoomed = zoomAt(view, cursor, 2 ** random(-3, 3), picture, screen);
      const after = toScreen(zoomed, before);
      expect(after.x).toBeCloseTo(cursor.x, 5);
      expect(after.y).toBeCloseTo(cursor.y, 5);
    }
  });

  test('zoom stays within its bounds however often it is asked for', () => {
    const [picture, screen] = [
      { width: 4000, height: 3000 },
      { width: 900, height: 700 },
    ];
    let view = fit(picture, screen);
    for (let i = 0; i < 200; ++i) view = zoomAt(view, { x: 3, y: 4 }, 1.5, picture, screen);
    expect(view.scale).toBe(32);
    for (let i = 0; i < 400; ++i) view = zoomAt(view, { x: 3, y: 4 }, 0.7, picture, screen);
    expect(view.scale).toBe(minScale(picture, screen));
  });

  test('zooming in and out by the same factor returns', () => {
    const [picture, screen] = [
      { width: 4000, height: 3000 },
      { width: 900, height: 700 },
    ];
    const start = fit(picture, screen);
    const there = zoomAt(start, { x: 100, y: 50 }, 1.25, picture, screen);
    const back = zoomAt(there, { x: 100, y: 50 }, 1 / 1.25, picture, screen);
    expect(back.scale).toBeCloseTo(start.scale, 10);
    expect(back.x).toBeCloseTo(start.x, 8);
  });

  test('a fitted picture is whole and centred', () => {
    for (let i = 0; i < 300; ++i) {
      const [picture, screen] = [sizes(), screens()];
      const view = fit(picture, screen);
      const low = toScreen(view, { x: 0, y: 0 });
      const high = toScreen(view, { x: picture.width, y: picture.height });
      expect(low.x).toBeGreaterThanOrEqual(0);
      expect(low.y).toBeGreaterThanOrEqual(0);
      expect(high.x).toBeLessThanOrEqual(screen.width + 1e-6);
      expect(high.y).toBeLessThanOrEqual(screen.height + 1e-6);
      expect(low.x + high.x).toBeCloseTo(screen.width, 5);
    }
  });

  test('a picture cannot be dragged out of sight', () => {
    for (let i = 0; i < 300; ++i) {
      const [picture, screen] = [sizes(), screens()];
      const view = keepInSight(pan(fit(picture, screen), random(-1e5, 1e5), random(-1e5, 1e5)), picture, screen);
      const [x0, y0, x1, y1] = visible(view, picture, screen);
      expect(x1 - x0).toBeGreaterThan(0);
      expect(y1 - y0).toBeGreaterThan(0);
    }
  });
});
