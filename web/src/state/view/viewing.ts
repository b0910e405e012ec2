// Zoom, pan and what is drawn over the picture.

import { clamp, type Point, type Size } from '../../geometry/box';
import { fit, keepInSight, pan, zoomAt } from '../../geometry/viewport';
import type { Page } from '../page';
import type { Layers } from '../page-state';

export function resize(page: Page, screen: Size): void {
  const { picture, viewport, fitted } = page.store.get();
  if (picture === null) page.store.set({ screen });
  else page.store.set({ screen, viewport: fitted ? fit(picture, screen) : keepInSight(viewport, picture, screen) });
}

export function zoom(page: Page, at: Point, factor: number): void {
  const { picture, viewport, screen } = page.store.get();
  if (picture === null) return;
  const zoomed = zoomAt(viewport, at, factor, picture, screen);
  page.store.set({ viewport: keepInSight(zoomed, picture, screen), fitted: false });
}

export function zoomCentre(page: Page, factor: number): void {
  const { screen } = page.store.get();
  zoom(page, { x: screen.width / 2, y: screen.height / 2 }, factor);
}

export function zoomTo(page: Page, scale: number): void {
  zoomCentre(page, scale / page.store.get().viewport.scale);
}

export function panBy(page: Page, dx: number, dy: number): void {
  const { picture, viewport, screen } = page.store.get();
  if (picture === null) return;
  page.store.set({ viewport: keepInSight(pan(viewport, dx, dy), picture, screen), fitted: false });
}

export function fitPicture(page: Page): void {
  const { picture, screen } = page.store.get();
  if (picture !== null) page.store.set({ viewport: fit(picture, screen), fitted: true });
}

export function toggleLayer(page: Page, layer: keyof Layers): void {
  const { layers } = page.store.get();
  page.store.set({ layers: { ...layers, [layer]: !layers[layer] } });
}

export function setOpacity(page: Page, opacity: number): void {
  page.store.set({ opacity: clamp(Math.round(opacity * 100) / 100, 0, 1) });
}
