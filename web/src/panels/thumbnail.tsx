// One small picture. Asked for only once its row has stayed in sight for a moment, so that fast scrolling costs
// nothing.

import { useEffect, useRef } from 'preact/hooks';
import { useShell } from './context';

const restMs = 120;

export function Thumbnail({ name }: { name: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { thumbnails } = useShell();
  useEffect(() => {
    let stop = () => {};
    const canvas = ref.current!;
    const timer = setTimeout(() => {
      stop = thumbnails.ask(name, (bitmap) => {
        const side = Math.min(bitmap.width, bitmap.height);
        canvas.width = canvas.height = 80;
        const [x, y] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
        canvas.getContext('2d')?.drawImage(bitmap, x, y, side, side, 0, 0, 80, 80);
      });
    }, restMs);
    return () => {
      clearTimeout(timer);
      stop();
      canvas.width = canvas.height = 1;
    };
  }, [name]);
  return <canvas class="thumbnail" width={1} height={1} ref={ref} aria-hidden="true" />;
}
