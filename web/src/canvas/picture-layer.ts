// The picture: its proxy, and over it the tiles of the present zoom as they arrive.

import { visible } from '../geometry/viewport';
import { tileBox, tileLevel, tilesIn } from '../geometry/tiles';
import type { PageState } from '../state/page-state';
import type { Canvas } from './brush';
import type { ProxyBitmaps } from './proxies';
import type { Tile, TileCache } from './tile-cache';

// Asks for the tiles in sight. deviceRatio: device pixels for a CSS pixel.
export function wantTiles(state: PageState, cache: TileCache, deviceRatio: number): void {
  const { picture, viewport, screen } = state;
  if (picture === null) return;
  const level = tileLevel(picture, picture.tile_levels, viewport.scale * deviceRatio);
  cache.want(picture.name, level === null ? [] : tilesIn(visible(viewport, picture, screen), level, picture));
}

function drawTile(canvas: Canvas, tile: Tile, state: PageState): void {
  const [x0, y0, x1, y1] = tileBox(tile.address, state.picture!);
  canvas.drawImage(tile.bitmap, x0, y0, x1 - x0, y1 - y0);
}

export function drawPicture(
  canvas: Canvas,
  state: PageState,
  proxies: ProxyBitmaps,
  cache: TileCache,
  deviceRatio: number,
): void {
  const { picture, viewport } = state;
  if (picture === null) return;
  const proxy = proxies.bitmap(picture.name);
  const deviceScale = viewport.scale * deviceRatio;
  canvas.imageSmoothingEnabled = deviceScale < 3; // far in, pixels are what one looks for
  canvas.imageSmoothingQuality = 'high';
  if (proxy !== null) canvas.drawImage(proxy, 0, 0, picture.width, picture.height);
  if (tileLevel(picture, picture.tile_levels, deviceScale) === null) return;
  const coarseFirst = [...cache.tiles(picture.name)].sort((a, b) => b.address.level - a.address.level);
  for (const tile of coarseFirst) drawTile(canvas, tile, state);
}
