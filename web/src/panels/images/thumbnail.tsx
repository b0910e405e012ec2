// One small picture. Asked for only once its row has stayed in sight for a moment, so that fast scrolling costs
// nothing.

import { useEffect, useRef } from 'preact/hooks';
import { useShell } from '../context';

const restMs = 120;

interface Props {
  readonly name: string;
  readonly side: number; // the longer side of the picture asked for, pixels
  readonly whole?: boolean; // in its own shape, not cut to a square
}

export function Thumbnail({ name, side, whole = false }: Props) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { thumbnails } = useShell();
  useEffect(() => {
    let stop = () => {};
    const canvas = ref.current!;
    const timer = setTimeout(() => {
      stop = thumbnails.ask(name, side, (bitmap) => draw(canvas, bitmap, whole));
    }, restMs);
    return () => {
      clearTimeout(timer);
      stop();
      canvas.width = canvas.height = 1;
    };
  }, [name, side]);
  return <canvas class="thumbnail" width={1} height={1} ref={ref} aria-hidden="true" />;
}

const squarePixels = 80;

function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap, whole: boolean): void {
  const { width, height } = bitmap;
  const side = Math.min(width, height);
  [canvas.width, canvas.height] = whole ? [width, height] : [squarePixels, squarePixels];
  const from = whole ? ([0, 0, width, height] as const) : ([(width - side) / 2, (height - side) / 2, side, side] as const);
  canvas.getContext('2d')?.drawImage(bitmap, ...from, 0, 0, canvas.width, canvas.height);
}
