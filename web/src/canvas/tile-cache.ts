// Decoded tiles of the picture on screen, newest used last, at most `kept` of 1 MiB. Only tiles in sight are fetched; a
// request for a tile that left the screen is stopped.

import { get, imagePath } from '../api/client';
import { tileKey, type TileAddress } from '../geometry/tiles';

const kept = 96;
const requests = 3; // a browser has 6 connections to the program; clicks need theirs

export interface Tile {
  readonly address: TileAddress;
  readonly bitmap: ImageBitmap;
}

export interface TileCache {
  want(name: string, tiles: readonly TileAddress[]): void;
  tiles(name: string): Iterable<Tile>;
}

export function makeTileCache(arrived: () => void): TileCache {
  let picture = '';
  let wanted: readonly TileAddress[] = [];
  const tiles = new Map<string, Tile>();
  const running = new Map<string, AbortController>();
  const failed = new Set<string>();

  const reset = (name: string) => {
    for (const abort of running.values()) abort.abort();
    for (const tile of tiles.values()) tile.bitmap.close();
    running.clear();
    tiles.clear();
    failed.clear();
    picture = name;
  };
  const keep = (key: string, tile: Tile) => {
    tiles.set(key, tile);
    for (const [other, old] of tiles) {
      if (tiles.size <= kept) break;
      old.bitmap.close();
      tiles.delete(other);
    }
  };
  const load = async (address: TileAddress, key: string, abort: AbortController) => {
    const path = `${imagePath(picture)}/tiles/${key}`;
    try {
      const response = await get(path, { signal: abort.signal });
      const bitmap = await createImageBitmap(await response.blob());
      if (abort.signal.aborted) return bitmap.close();
      keep(key, { address, bitmap });
      arrived();
    } catch {
      if (!abort.signal.aborted) failed.add(key); // the proxy stays in its place
    } finally {
      if (running.get(key) === abort) running.delete(key);
      if (!abort.signal.aborted) fill();
    }
  };
  const fill = () => {
    for (const address of wanted) {
      if (running.size >= requests) return;
      const key = tileKey(address);
      if (tiles.has(key) || running.has(key) || failed.has(key)) continue;
      const abort = new AbortController();
      running.set(key, abort);
      void load(address, key, abort);
    }
  };
  return {
    want(name, addresses) {
      if (name !== picture) reset(name);
      wanted = addresses.slice(0, kept);
      const keys = new Set(wanted.map(tileKey));
      for (const [key, abort] of running) {
        if (keys.has(key)) continue;
        abort.abort();
        running.delete(key);
      }
      for (const key of keys) {
        const tile = tiles.get(key);
        if (tile !== undefined) {
          tiles.delete(key);
          tiles.set(key, tile);
        }
      }
      fill();
    },
    tiles: (name) => (name === picture ? tiles.values() : []),
  };
}
