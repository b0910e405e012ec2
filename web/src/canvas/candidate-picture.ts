// A candidate mask, small: the part of the picture around it with the mask over it.

import { cropAround } from '../geometry/crop';
import type { Box } from '../geometry/box';
import { colorOf, css } from '../model/color';
import type { Candidate } from '../model/wire';
import type { PageState } from '../state/page-state';
import { fill, outline, pathOf } from './brush';
import type { ProxyBitmaps } from './proxies';

// boxes: of all candidates, so that they are shown at one scale. side: of the canvas, CSS pixels.
export function drawCandidate(
  element: HTMLCanvasElement,
  candidate: Candidate,
  boxes: readonly Box[],
  state: PageState,
  proxies: ProxyBitmaps,
  side: number,
): void {
  const ratio = window.devicePixelRatio || 1;
  element.width = element.height = Math.round(side * ratio);
  const canvas = element.getContext('2d');
  const { picture, classId } = state;
  if (canvas === null || picture === null) return;
  const [x0, y0, x1, y1] = cropAround(boxes, picture);
  const scale = element.width / Math.max(x1 - x0, y1 - y0);
  canvas.translate((element.width - scale * (x1 - x0)) / 2, (element.height - scale * (y1 - y0)) / 2);
  canvas.scale(scale, scale);
  canvas.translate(-x0, -y0);
  canvas.beginPath();
  canvas.rect(x0, y0, x1 - x0, y1 - y0);
  canvas.clip();
  const proxy = proxies.bitmap(picture.name);
  if (proxy !== null) canvas.drawImage(proxy, 0, 0, picture.width, picture.height);
  const path = pathOf(candidate.polygon, scale);
  fill(canvas, path, css(colorOf(classId ?? 0), 0.55));
  outline(canvas, path, '#fff', ratio, scale);
}
