import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeThumbnails, type Thumbnails } from '../../src/canvas/thumbnails';

let asked: string[];
let refused: Map<string, number>; // status by name
let seen: string[];
let thumbnails: Thumbnails;

beforeEach(() => {
  vi.useFakeTimers();
  [asked, refused, seen] = [[], new Map(), []];
  vi.stubGlobal('fetch', async (path: string) => {
    const name = /images\/(.*)\/proxy/.exec(path)![1]!;
    asked.push(name);
    const status = refused.get(name);
    if (status === 0) throw new TypeError('no connection');
    return status === undefined ? new Response('x') : new Response('{}', { status });
  });
  vi.stubGlobal('createImageBitmap', async () => ({ width: 1, height: 1, close: () => undefined }));
  thumbnails = makeThumbnails();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ask = (name: string) => thumbnails.ask(name, 96, () => seen.push(name));
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const count = (name: string) => asked.filter((other) => other === name).length;

test('each is asked for once, however many show it', async () => {
  ask('a');
  ask('a');
  await pass(0);
  expect(seen).toEqual(['a', 'a']);
  ask('a');
  expect(asked).toEqual(['a']);
});

test('one that memory did not suffice for is asked for again, after longer and longer pauses, and holds up no other', async () => {
  refused.set('a', 503);
  ask('a');
  await pass(1900);
  expect(count('a')).toBe(1);
  ask('b');
  await pass(0);
  expect(seen).toEqual(['b']);
  expect(count('a')).toBe(1);
  await pass(200);
  expect(count('a')).toBe(2);
  await pass(3000);
  expect(count('a')).toBe(2);
  await pass(1100);
  expect(count('a')).toBe(3);
  await pass(600_000);
  expect(count('a')).toBeGreaterThan(18); // at least every 30 s
  expect(count('a')).toBeLessThan(26);
  refused.clear();
  await pass(30_000);
  expect(seen).toEqual(['b', 'a']);
});

test('when memory is normal again nobody waits for the end of the pause', async () => {
  refused.set('a', 503);
  refused.set('b', 0);
  ask('a');
  ask('b');
  await pass(60_000);
  const before = asked.length;
  refused.clear();
  thumbnails.retry();
  await pass(0);
  expect(seen.sort()).toEqual(['a', 'b']);
  expect(asked).toHaveLength(before + 2);
});

test('what cannot be read, or is not in sight any more, is not asked for again', async () => {
  refused.set('broken', 422);
  refused.set('gone', 503);
  ask('broken');
  const stop = ask('gone');
  await pass(0);
  stop();
  await pass(120_000);
  ask('broken');
  thumbnails.retry();
  await pass(0);
  expect(asked.sort()).toEqual(['broken', 'gone']);
});
