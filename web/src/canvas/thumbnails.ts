// Small pictures for the image list, one request at a time so that clicks never wait for them. At most `kept` bitmaps.
// What the program could not make for now, for want of memory say, is asked for again, after longer and longer pauses.

import { get, imagePath } from '../api/client';
import { asProblem } from '../model/problem';

const kept = 300;
const side = 96;
const firstPauseMs = 2000;
const longestPauseMs = 30_000;

export interface Thumbnails {
  // Calls ready when the bitmap is there, at once if it already is. Returns the stop.
  ask(name: string, ready: (bitmap: ImageBitmap) => void): () => void;
  // Ends the pauses: what kept the program from it is over.
  retry(): void;
}

interface Wish {
  readonly name: string;
  readonly ready: (bitmap: ImageBitmap) => void;
}

interface Pause {
  readonly lengthMs: number;
  readonly end: number;
}

async function fetchBitmap(name: string): Promise<ImageBitmap> {
  const response = await get(`${imagePath(name)}/proxy?side=${side}`, { priority: 'low' });
  return createImageBitmap(await response.blob());
}

// Not so of a picture that cannot be read.
function passes(error: unknown): boolean {
  const { status, type } = asProblem(error);
  return status === 503 || type === 'unreachable';
}

export function makeThumbnails(): Thumbnails {
  const bitmaps = new Map<string, ImageBitmap>();
  const failed = new Set<string>();
  const pauses = new Map<string, Pause>(); // of names that are wished for
  let wishes: Wish[] = [];
  let busy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const keep = (name: string, bitmap: ImageBitmap) => {
    bitmaps.set(name, bitmap);
    for (const [other, old] of bitmaps) {
      if (bitmaps.size <= kept) break;
      old.close();
      bitmaps.delete(other);
    }
  };
  const pause = (name: string) => {
    const lengthMs = Math.min(longestPauseMs, 2 * (pauses.get(name)?.lengthMs ?? firstPauseMs / 2));
    pauses.set(name, { lengthMs, end: performance.now() + lengthMs });
  };
  const isDue = ({ name }: Wish) => (pauses.get(name)?.end ?? 0) <= performance.now();
  const load = async (name: string) => {
    try {
      keep(name, await fetchBitmap(name));
    } catch (error) {
      if (passes(error)) return pause(name);
      failed.add(name); // the list shows the reason of a broken picture in words
    }
    const bitmap = bitmaps.get(name);
    for (const other of wishes) if (other.name === name && bitmap !== undefined) other.ready(bitmap);
    wishes = wishes.filter((other) => other.name !== name);
    pauses.delete(name);
  };
  const work = async () => {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    for (let wish = wishes.findLast(isDue); wish !== undefined; wish = wishes.findLast(isDue)) await load(wish.name);
    busy = false;
    const next = Math.min(...wishes.map(({ name }) => pauses.get(name)?.end ?? 0));
    if (wishes.length > 0) timer = setTimeout(() => void work(), Math.max(0, next - performance.now()));
  };
  return {
    ask(name, ready) {
      const bitmap = bitmaps.get(name);
      if (bitmap !== undefined) {
        ready(bitmap);
        return () => undefined;
      }
      if (failed.has(name)) return () => undefined;
      const wish = { name, ready };
      wishes.push(wish);
      void work();
      return () => {
        wishes = wishes.filter((other) => other !== wish);
        if (!wishes.some((other) => other.name === name)) pauses.delete(name);
      };
    },
    retry() {
      pauses.clear();
      void work();
    },
  };
}
