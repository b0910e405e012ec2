// What a tool draws with. Places are pixels of the picture; widths and radii of signs are CSS pixels whatever the zoom.

import type { Box, Point } from '../geometry/box';
import type { Polygon } from '../geometry/polygon';

export interface Pen {
  box(box: Box): void; // being drawn
  guides(at: Point): void; // lines through a point, from edge to edge of the view
  shape(polygon: Polygon, classId: number): void; // an object as it would become
  stroke(points: readonly Point[], radius: number, look: { readonly classId: number } | 'erase'): void; // radius: of the picture
  circle(at: Point, radius: number, erase: boolean): void; // the brush; radius: of the picture
  handle(at: Point, look: 'vertex' | 'chosen' | 'between', hot: boolean): void;
}
