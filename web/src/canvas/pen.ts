// The tools' pen, on a canvas whose unit is a pixel of the picture.

import type { Point } from '../geometry/box';
import { toPicture } from '../geometry/viewport';
import { colorOf, css } from '../model/color';
import type { PageState } from '../state/page-state';
import type { Pen } from '../tools/pen';
import { boxPath, fill, outline, pathOf, type Canvas } from './brush';

const shade = 'rgb(0 0 0 / 0.55)';

function strokePath(points: readonly Point[]): Path2D {
  const path = new Path2D();
  points.forEach(({ x, y }, i) => (i === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  if (points.length === 1) path.lineTo(points[0]!.x, points[0]!.y);
  return path;
}

export function makePen(canvas: Canvas, state: PageState): Pen {
  const { viewport, screen, opacity } = state;
  const { scale } = viewport;
  const lines = (path: Path2D, looks: readonly (readonly [style: string, width: number])[]) => {
    for (const [style, width] of looks) {
      canvas.strokeStyle = style;
      canvas.lineWidth = width / scale;
      canvas.stroke(path);
    }
  };
  return {
    box(box) {
      canvas.setLineDash([7 / scale, 4 / scale]);
      outline(canvas, boxPath(box), '#fff', 1.5, scale);
      canvas.setLineDash([]);
    },
    guides(at) {
      const start = toPicture(viewport, { x: 0, y: 0 });
      const end = toPicture(viewport, { x: screen.width, y: screen.height });
      const path = new Path2D();
      path.moveTo(start.x, at.y);
      path.lineTo(end.x, at.y);
      path.moveTo(at.x, start.y);
      path.lineTo(at.x, end.y);
      lines(path, [
        ['rgb(0 0 0 / 0.35)', 2],
        ['rgb(255 255 255 / 0.5)', 1],
      ]);
    },
    shape(polygon, classId) {
      const path = pathOf(polygon, scale);
      fill(canvas, path, css(colorOf(classId), Math.min(1, opacity + 0.15)));
      outline(canvas, path, '#fff', 2.25, scale);
    },
    stroke(points, radius, look) {
      canvas.lineCap = 'round';
      canvas.lineJoin = 'round';
      canvas.strokeStyle =
        look === 'erase' ? 'rgb(20 22 28 / 0.6)' : css(colorOf(look.classId), Math.min(0.8, opacity + 0.2));
      canvas.lineWidth = 2 * radius;
      canvas.stroke(strokePath(points));
      canvas.lineCap = 'butt';
    },
    circle(at, radius, erase) {
      const path = new Path2D();
      path.arc(at.x, at.y, Math.max(radius, 1.5 / scale), 0, 2 * Math.PI);
      lines(path, [
        [shade, 3],
        ['#fff', 1.25],
      ]);
      const arm = 4 / scale;
      const sign = new Path2D();
      sign.moveTo(at.x - arm, at.y);
      sign.lineTo(at.x + arm, at.y);
      if (!erase) {
        sign.moveTo(at.x, at.y - arm);
        sign.lineTo(at.x, at.y + arm);
      }
      if (radius * scale > 7)
        lines(sign, [
          [shade, 3],
          ['#fff', 1.25],
        ]);
    },
    handle(at, look, hot) {
      const half = (look === 'between' ? 3 : 4.5) / scale + (hot ? 1.5 / scale : 0);
      const path = new Path2D();
      if (look === 'between') path.arc(at.x, at.y, half, 0, 2 * Math.PI);
      else path.rect(at.x - half, at.y - half, 2 * half, 2 * half);
      fill(canvas, path, look === 'chosen' ? '#2f7fe0' : look === 'between' ? 'rgb(255 255 255 / 0.65)' : '#fff');
      canvas.strokeStyle = look === 'chosen' ? '#fff' : shade;
      canvas.lineWidth = 1.25 / scale;
      canvas.stroke(path);
    },
  };
}
