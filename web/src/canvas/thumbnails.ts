// Small pictures for the image list, one request at a time so that clicks never wait for them. At most `kept` bitmaps.

import { get, imagePath } from '../api/client';

const kept = 300;
const side = 96;

export interface Thumbnails {
  // Calls ready when the bitmap is there, at once if it already is. Returns the stop.
  ask(name: string, ready: (bitmap: ImageBitmap) => void): () => void;
}

interface Wish {
  readonly name: string;
  readonly ready: (bitmap: ImageBitmap) => void;
}

export function makeThumbnails(): Thumbnails {
  const bitmaps = new Map<string, ImageBitmap>();
  const failed = new Set<string>();
  let wishes: Wish[] = [];
  let busy = false;

  const keep = (name: string, bitmap: ImageBitmap) => {
    bitmaps.set(name, bitmap);
    for (const [other, old] of bitmaps) {
      if (bitmaps.size <= kept) break;
      old.close();
      bitmaps.delete(other);
    }
  };
  const work = async () => {
    busy = true;
    for (let wish = wishes.at(-1); wish !== undefined; wish = wishes.at(-1)) {
      const { name } = wish;
      try {
        const response = await get(`${imagePath(name)}/proxy?side=${side}`, { priority: 'low' });
        keep(name, await createImageBitmap(await response.blob()));
      } catch {
        failed.add(name); // the list shows the reason of a broken picture in words
      }
      const bitmap = bitmaps.get(name);
      for (const other of wishes) if (other.name === name && bitmap !== undefined) other.ready(bitmap);
      wishes = wishes.filter((other) => other.name !== name);
    }
    busy = false;
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
      if (!busy) void work();
      return () => {
        wishes = wishes.filter((other) => other !== wish);
      };
    },
  };
}
