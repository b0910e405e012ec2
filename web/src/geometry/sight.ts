// The view of one object with what is round it.

import type { Box, Size } from './box';
import { fit, keepInSight, toScreen, type Viewport } from './viewport';

const share = 0.4; // of the screen that the object takes, in its longer direction
const leastShare = 0.16; // smaller, one would come nearer
const mostScale = 4; // screen pixels for one of the picture: beyond, only pixels are seen
const border = 12; // CSS pixels

// The object, centred, never smaller than with the whole picture in view.
export function around(box: Box, picture: Size, screen: Size): Viewport {
  const whole = fit(picture, screen);
  const width = Math.max(1, box[2] - box[0]);
  const height = Math.max(1, box[3] - box[1]);
  const wanted = Math.min((share * screen.width) / width, (share * screen.height) / height, mostScale);
  if (wanted <= whole.scale) return whole;
  const x = screen.width / 2 - (wanted * (box[0] + box[2])) / 2;
  const y = screen.height / 2 - (wanted * (box[1] + box[3])) / 2;
  return keepInSight({ scale: wanted, x, y }, picture, screen);
}

// Whether the object is wholly on screen and neither small nor cut: then the view had better stay where it is.
export function isWellInSight(viewport: Viewport, box: Box, screen: Size): boolean {
  const a = toScreen(viewport, { x: box[0], y: box[1] });
  const b = toScreen(viewport, { x: box[2], y: box[3] });
  const inside = a.x >= border && a.y >= border && b.x <= screen.width - border && b.y <= screen.height - border;
  const taken = Math.max((b.x - a.x) / screen.width, (b.y - a.y) / screen.height);
  return inside && (taken >= leastShare || viewport.scale >= mostScale);
}

// Between two views, t from 0 to 1: the scale changes evenly to the eye, and the middle of the screen goes straight.
export function between(from: Viewport, to: Viewport, t: number, screen: Size): Viewport {
  const eased = t * t * (3 - 2 * t);
  const scale = from.scale * (to.scale / from.scale) ** eased;
  const middle = (view: Viewport) => ({
    x: (screen.width / 2 - view.x) / view.scale,
    y: (screen.height / 2 - view.y) / view.scale,
  });
  const [a, b] = [middle(from), middle(to)];
  // Coming nearer, the way is gone early while it is short on screen; going away, late.
  const ratio = to.scale / from.scale;
  const way = Math.abs(ratio - 1) < 1e-3 ? eased : (1 - ratio ** -eased) / (1 - 1 / ratio);
  const x = a.x + (b.x - a.x) * way;
  const y = a.y + (b.y - a.y) * way;
  return { scale, x: screen.width / 2 - scale * x, y: screen.height / 2 - scale * y };
}
