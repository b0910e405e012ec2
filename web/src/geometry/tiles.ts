// Which tiles of the pyramid a view needs. Level 0 is full size, each further level halves it; a tile covers
// tileSide pixels of its level.

import type { Box, Size } from './box';

export const tileSide = 512;
export const proxySide = 2048;

export interface TileAddress {
  readonly level: number;
  readonly x: number;
  readonly y: number;
}

export function tileKey(tile: TileAddress): string {
  return `${tile.level}/${tile.x}/${tile.y}`;
}

// Proxy pixels for one pixel of the picture, at most 1.
export function proxyScale(picture: Size): number {
  return Math.min(1, proxySide / Math.max(picture.width, picture.height));
}

// The coarsest level that still has a pixel for each device pixel; null where the proxy has enough.
// deviceScale: device pixels for one pixel of the picture.
export function tileLevel(picture: Size, levels: number, deviceScale: number): number | null {
  if (levels < 1 || deviceScale <= proxyScale(picture) * 1.05) return null;
  if (proxyScale(picture) === 1) return null;
  const level = Math.floor(Math.log2(1 / deviceScale) + 1e-9);
  return Math.min(Math.max(level, 0), levels - 1);
}

// Where a tile lies in the picture.
export function tileBox(tile: TileAddress, picture: Size): Box {
  const side = tileSide * 2 ** tile.level;
  const x0 = tile.x * side;
  const y0 = tile.y * side;
  return [x0, y0, Math.min(x0 + side, picture.width), Math.min(y0 + side, picture.height)];
}

// Tiles of a level that touch the box, the middle of the box first.
export function tilesIn(box: Box, level: number, picture: Size): TileAddress[] {
  if (box[2] <= box[0] || box[3] <= box[1]) return [];
  const side = tileSide * 2 ** level;
  const lastX = Math.ceil(picture.width / side) - 1;
  const lastY = Math.ceil(picture.height / side) - 1;
  const tiles: TileAddress[] = [];
  for (let y = Math.max(0, Math.floor(box[1] / side)); y <= Math.min(lastY, Math.ceil(box[3] / side) - 1); ++y) {
    for (let x = Math.max(0, Math.floor(box[0] / side)); x <= Math.min(lastX, Math.ceil(box[2] / side) - 1); ++x) {
      tiles.push({ level, x, y });
    }
  }
  const centreX = (box[0] + box[2]) / 2 / side - 0.5;
  const centreY = (box[1] + box[3]) / 2 / side - 0.5;
  const far = (tile: TileAddress) => Math.hypot(tile.x - centreX, tile.y - centreY);
  return tiles.sort((a, b) => far(a) - far(b));
}
