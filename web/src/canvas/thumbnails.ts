// Small pictures for the image list, one request at a time so that clicks never wait for them. At most `keptBytes` of bitmaps.
// What the program could not make for now, for want of memory say, is asked for again, after longer and longer pauses.

import { get, imagePath } from '../api/client';
import { asProblem } from '../model/problem';

const keptBytes = 20 * 2 ** 20;
const firstPauseMs = 2000;
const longestPauseMs = 30_000;

export interface Thumbnails {
  // Calls ready when the bitmap is there, at once if it already is. Returns the stop.
  // side: the longer one, pixels.
  ask(name: string, side: number, ready: (bitmap: ImageBitmap) => void): () => void;
  // Ends the pauses: what kept the program from it is over.
  retry(): void;
}

interface Wish {
  readonly picture: string; // its address
  readonly ready: (bitmap: ImageBitmap) => void;
}

interface Pause {
  readonly lengthMs: number;
  readonly end: number;
}

async function fetchBitmap(picture: string): Promise<ImageBitmap> {
  const response = await get(picture, { priority: 'low' });
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
  const pauses = new Map<string, Pause>(); // of pictures that are wished for
  let wishes: Wish[] = [];
  let busy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  let held = 0;
  const bytesOf = ({ width, height }: ImageBitmap) => 4 * width * height;
  const keep = (picture: string, bitmap: ImageBitmap) => {
    bitmaps.set(picture, bitmap);
    held += bytesOf(bitmap);
    for (const [other, old] of bitmaps) {
      if (held <= keptBytes) break;
      held -= bytesOf(old);
      old.close();
      bitmaps.delete(other);
    }
  };
  const pause = (picture: string) => {
    const lengthMs = Math.min(longestPauseMs, 2 * (pauses.get(picture)?.lengthMs ?? firstPauseMs / 2));
    pauses.set(picture, { lengthMs, end: performance.now() + lengthMs });
  };
  const isDue = ({ picture }: Wish) => (pauses.get(picture)?.end ?? 0) <= performance.now();
  const load = async (picture: string) => {
    try {
      keep(picture, await fetchBitmap(picture));
    } catch (error) {
      if (passes(error)) return pause(picture);
      failed.add(picture); // the list shows the reason of a broken picture in words
    }
    const bitmap = bitmaps.get(picture);
    for (const other of wishes) if (other.picture === picture && bitmap !== undefined) other.ready(bitmap);
    wishes = wishes.filter((other) => other.picture !== picture);
    pauses.delete(picture);
  };
  const work = async () => {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    for (let wish = wishes.findLast(isDue); wish !== undefined; wish = wishes.findLast(isDue)) await load(wish.picture);
    busy = false;
    const next = Math.min(...wishes.map(({ picture }) => pauses.get(picture)?.end ?? 0));
    if (wishes.length > 0) timer = setTimeout(() => void work(), Math.max(0, next - performance.now()));
  };
  return {
    ask(name, side, ready) {
      const picture = `${imagePath(name)}/proxy?side=${side}`;
      const bitmap = bitmaps.get(picture);
      if (bitmap !== undefined) {
        ready(bitmap);
        return () => undefined;
      }
      if (failed.has(picture)) return () => undefined;
      const wish = { picture, ready };
      wishes.push(wish);
      void work();
      return () => {
        wishes = wishes.filter((other) => other !== wish);
        if (!wishes.some((other) => other.picture === picture)) pauses.delete(picture);
      };
    },
    retry() {
      pauses.clear();
      void work();
    },
  };
}
