// A pane that shows the picture in one of the views, beside or over the picture being worked on, at the same place and
// zoom. Nothing is edited in it: the wheel zooms, a drag moves.

import type { Annotation } from '../model/wire';
import { colorOf, css } from '../model/color';
import type { Viewport } from '../geometry/viewport';
import type { Page } from '../state/page';
import type { PageState } from '../state/page-state';
import { panBy, zoom } from '../state/view/viewing';
import type { ViewerView } from '../state/view/views-state';
import { fill, outline, pathOf, type Canvas } from './brush';
import { makeNames, type Names } from './names';

export type PaneView = 'bare' | ViewerView;

const dark = 'rgb(6 8 11 / 0.88)';

type PaintPicture = (canvas: Canvas) => void;

function toView(canvas: Canvas, { scale, x, y }: Viewport, ratio: number): void {
  canvas.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * x, ratio * y);
}

function drawOverlay(canvas: Canvas, all: readonly Annotation[], { opacity, viewport }: PageState): void {
  for (const { polygon, class_id } of all) {
    const path = pathOf(polygon, viewport.scale);
    fill(canvas, path, css(colorOf(class_id), opacity));
    outline(canvas, path, css(colorOf(class_id)), 1.25, viewport.scale);
  }
}

function drawContours(canvas: Canvas, all: readonly Annotation[], { viewport }: PageState): void {
  for (const { polygon, class_id } of all)
    outline(canvas, pathOf(polygon, viewport.scale), css(colorOf(class_id)), 2.5, viewport.scale);
}

// All that no mask covers is dark. Masks may overlap, so the holes are cut one by one.
function drawOutside(canvas: Canvas, all: readonly Annotation[], state: PageState, ratio: number): void {
  const { picture, viewport } = state;
  const { width, height } = canvas.canvas;
  const sheet = new OffscreenCanvas(width, height);
  const cut = sheet.getContext('2d')! as unknown as Canvas;
  toView(cut, viewport, ratio);
  cut.fillStyle = dark;
  cut.fillRect(0, 0, picture!.width, picture!.height);
  cut.globalCompositeOperation = 'destination-out';
  for (const { polygon } of all) fill(cut, pathOf(polygon, viewport.scale), '#000');
  canvas.setTransform(1, 0, 0, 1, 0, 0);
  canvas.drawImage(sheet, 0, 0);
  toView(canvas, viewport, ratio);
}

function idOf({ class_id }: Annotation, { project }: PageState): string {
  const name = project?.classes.find(({ id }) => id === class_id)?.name;
  return name === undefined ? String(class_id) : `${class_id} · ${name}`;
}

function drawPane(
  canvas: Canvas,
  state: PageState,
  view: PaneView,
  paintPicture: PaintPicture,
  ids: Names,
  ratio: number,
): void {
  const { picture, viewport, views } = state;
  canvas.setTransform(1, 0, 0, 1, 0, 0);
  canvas.clearRect(0, 0, canvas.canvas.width, canvas.canvas.height);
  if (picture === null) return;
  toView(canvas, viewport, ratio);
  paintPicture(canvas);
  if (view === 'bare') return;
  const all = picture.annotations;
  if (view === 'masked') drawOutside(canvas, all, state, ratio);
  else if (view === 'contours') drawContours(canvas, all, state);
  else drawOverlay(canvas, all, state);
  if (views.viewer?.ids !== true) return;
  ids.arrange(canvas, all, new Set(), state);
  ids.draw(canvas, () => true, state);
}

function needs({ picture, viewport, screen, opacity, views, project }: PageState): readonly unknown[] {
  return [picture?.name, picture?.annotations, viewport, screen, opacity, views, project];
}

function bindMoves(element: HTMLCanvasElement, page: Page, signal: AbortSignal): void {
  let last: { x: number; y: number } | null = null;
  const options = { signal, passive: false };
  element.addEventListener('pointerdown', (event) => {
    element.setPointerCapture(event.pointerId);
    last = { x: event.clientX, y: event.clientY };
  }, options);
  element.addEventListener('pointermove', (event) => {
    if (last === null) return;
    panBy(page, event.clientX - last.x, event.clientY - last.y);
    last = { x: event.clientX, y: event.clientY };
  }, options);
  const end = () => (last = null);
  element.addEventListener('pointerup', end, options);
  element.addEventListener('pointercancel', end, options);
  element.addEventListener('wheel', (event) => {
    event.preventDefault();
    const box = element.getBoundingClientRect();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 24 : event.deltaY;
    const factor = Math.exp(-Math.max(-240, Math.min(240, pixels)) * (event.ctrlKey ? 0.01 : 0.0018));
    zoom(page, { x: event.clientX - box.left, y: event.clientY - box.top }, factor);
  }, options);
}

export interface Pane {
  redraw(): void; // a tile came
  stop(): void;
}

export function makePane(element: HTMLCanvasElement, page: Page, view: PaneView, paintPicture: PaintPicture): Pane {
  const stop = new AbortController();
  let frame: number | null = null;
  let seen: readonly unknown[] = [];
  const ids = makeNames((annotation) => idOf(annotation, page.store.get()));
  const draw = () => {
    frame = null;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(element.clientWidth * ratio), Math.round(element.clientHeight * ratio)];
    if (width === 0 || height === 0) return;
    if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
    drawPane(element.getContext('2d')!, page.store.get(), view, paintPicture, ids, ratio);
  };
  const redraw = () => {
    frame ??= requestAnimationFrame(draw);
  };
  const unsubscribe = page.store.subscribe(() => {
    const now = needs(page.store.get());
    if (now.every((value, i) => Object.is(value, seen[i]))) return;
    seen = now;
    redraw();
  });
  const sizes = new ResizeObserver(redraw);
  sizes.observe(element);
  bindMoves(element, page, stop.signal);
  redraw();
  return {
    redraw,
    stop() {
      if (frame !== null) cancelAnimationFrame(frame);
      stop.abort();
      unsubscribe();
      sizes.disconnect();
      element.width = element.height = 1;
    },
  };
}

