import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeTileCache } from '../../src/canvas/tile-cache';
import { makeProxies } from '../../src/canvas/proxies';

interface FakeBitmap {
  closed: boolean;
  close(): void;
}

let asked: { path: string; signal: AbortSignal | null }[];
let running: number;
let most: number;
let bitmaps: FakeBitmap[];

beforeEach(() => {
  [asked, running, most, bitmaps] = [[], 0, 0, []];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    asked.push({ path, signal: init.signal ?? null });
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
    if (init.signal?.aborted) throw new DOMException('', 'AbortError');
    if (path.includes('/9/9')) return new Response('{}', { status: 404 });
    return new Response('x');
  });
  vi.stubGlobal('createImageBitmap', async () => {
    const bitmap: FakeBitmap = { closed: false, close: () => (bitmap.closed = true) };
    bitmaps.push(bitmap);
    return bitmap;
  });
});

afterEach(() => vi.unstubAllGlobals());

const row = (n: number, y = 0) => Array.from({ length: n }, (_, x) => ({ level: 0, x, y }));
const idle = async () => {
  do await new Promise((resolve) => setTimeout(resolve, 5));
  while (running > 0);
};

test('tiles in sight are fetched a few at a time, once each', async () => {
  const cache = makeTileCache(() => undefined);
  cache.want('a b.jpg', row(12));
  cache.want('a b.jpg', row(12));
  await idle();
  expect(asked).toHaveLength(12);
  expect(asked[0]!.path).toBe('/api/v1/images/a%20b.jpg/tiles/0/0/0');
  expect(most).toBeLessThanOrEqual(3);
  expect([...cache.tiles('a b.jpg')]).toHaveLength(12);
  cache.want('a b.jpg', row(12));
  await idle();
  expect(asked).toHaveLength(12);
});

test('the cache is bounded and closes what it drops; another picture closes all', async () => {
  const cache = makeTileCache(() => undefined);
  for (let y = 0; y < 10; ++y) {
    cache.want('a', row(20, y));
    await idle();
  }
  const live = () => bitmaps.filter((bitmap) => !bitmap.closed).length;
  expect(live()).toBe([...cache.tiles('a')].length);
  expect(live()).toBeLessThanOrEqual(96);
  cache.want('b', []);
  expect(live()).toBe(0);
  expect([...cache.tiles('a')]).toEqual([]);
});

test('a tile that left the screen is stopped; one that is missing is not asked for again', async () => {
  const cache = makeTileCache(() => undefined);
  cache.want('a', row(3));
  cache.want('a', [{ level: 0, x: 9, y: 9 }]);
  expect(asked.slice(0, 3).every(({ signal }) => signal?.aborted)).toBe(true);
  await idle();
  cache.want('a', [{ level: 0, x: 9, y: 9 }]);
  await idle();
  expect(asked.filter(({ path }) => path.endsWith('/9/9'))).toHaveLength(1);
});

test('proxies: at most four, never closing the one on screen', async () => {
  let onScreen = 'p0';
  const proxies = makeProxies(() => [onScreen]);
  await proxies.show('p0', new AbortController().signal);
  for (let i = 1; i < 12; ++i) {
    await proxies.show(`p${i}`, new AbortController().signal);
    expect(proxies.bitmap('p0')).not.toBeNull();
    expect(bitmaps[0]!.closed).toBe(false);
  }
  expect(bitmaps.filter((bitmap) => !bitmap.closed)).toHaveLength(4);
  onScreen = 'p11';
  await proxies.show('p12', new AbortController().signal);
  expect(bitmaps[0]!.closed).toBe(true);
  proxies.warm('p13');
  await idle();
  expect(proxies.bitmap('p13')).not.toBeNull();
});

test('a stopped show throws and leaves no bitmap open', async () => {
  const proxies = makeProxies(() => []);
  const abort = new AbortController();
  const showing = proxies.show('a', abort.signal);
  abort.abort();
  await expect(showing).rejects.toThrow();
  expect(proxies.bitmap('a')).toBeNull();
});
