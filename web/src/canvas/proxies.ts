// Decoded proxies of the picture on screen, the one coming and its neighbours. At most `kept` bitmaps of 16 MiB; closed
// when dropped, since waiting for the garbage collector would hold them for long.

import { get, imagePath } from '../api/client';
import type { Proxies } from '../model/ports';

const kept = 4;

export interface ProxyBitmaps extends Proxies {
  bitmap(name: string): ImageBitmap | null;
}

async function decode(name: string, signal: AbortSignal): Promise<ImageBitmap> {
  const response = await get(`${imagePath(name)}/proxy`, { signal });
  return createImageBitmap(await response.blob());
}

// pinned: names whose bitmaps are on screen or coming to it; they are never dropped.
export function makeProxies(pinned: () => readonly (string | undefined)[]): ProxyBitmaps {
  const bitmaps = new Map<string, ImageBitmap>(); // least recently used first
  let warming: AbortController | null = null;

  const touch = (name: string): ImageBitmap | undefined => {
    const bitmap = bitmaps.get(name);
    if (bitmap !== undefined) {
      bitmaps.delete(name);
      bitmaps.set(name, bitmap);
    }
    return bitmap;
  };
  const keep = (name: string, bitmap: ImageBitmap) => {
    bitmaps.get(name)?.close();
    bitmaps.delete(name);
    bitmaps.set(name, bitmap);
    for (const [other, old] of bitmaps) {
      if (bitmaps.size <= kept) break;
      if (other === name || pinned().includes(other)) continue;
      old.close();
      bitmaps.delete(other);
    }
  };
  const queue: string[] = [];
  const warmNext = () => {
    const name = queue.shift();
    if (name === undefined) return;
    if (bitmaps.has(name)) return warmNext();
    const abort = new AbortController();
    warming = abort;
    decode(name, abort.signal)
      .then((bitmap) => (abort.signal.aborted ? bitmap.close() : keep(name, bitmap)))
      .catch(() => undefined) // a neighbour that fails is reported when it is opened
      .finally(() => {
        if (warming !== abort) return;
        warming = null;
        warmNext();
      });
  };
  return {
    bitmap: (name) => bitmaps.get(name) ?? null,
    async show(name, signal) {
      queue.length = 0;
      warming?.abort();
      warming = null;
      if (touch(name) === undefined) {
        const bitmap = await decode(name, signal);
        if (signal.aborted) {
          bitmap.close();
          signal.throwIfAborted();
        }
        keep(name, bitmap);
      }
    },
    warm(name) {
      queue.push(name);
      if (warming === null) warmNext();
    },
  };
}
