// Pictures of flat shapes, written as PNG: the same on every machine, and small when a screenshot of them is kept.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

export type Color = readonly [r: number, g: number, b: number];

export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number; // pixels
  readonly color: Color;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

// PNG specification, third edition: 8-bit RGB, no filter.
export function drawPng(width: number, height: number, ground: Color, discs: readonly Disc[]): Buffer {
  const stride = 1 + 3 * width;
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) {
      const over = discs.findLast((disc) => (x - disc.x) ** 2 + (y - disc.y) ** 2 < disc.radius ** 2);
      rows.set(over?.color ?? ground, y * stride + 1 + 3 * x);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

// A table with plates on it, in six pictures of several forms.
export function drawTables(folder: string): void {
  const plates: readonly Disc[] = [
    { x: 150, y: 150, radius: 90, color: [238, 236, 228] },
    { x: 150, y: 150, radius: 60, color: [196, 88, 60] },
    { x: 420, y: 190, radius: 120, color: [80, 120, 170] },
    { x: 420, y: 190, radius: 70, color: [238, 236, 228] },
    { x: 290, y: 330, radius: 50, color: [226, 184, 70] },
  ];
  const sizes = [[600, 400], [600, 420], [400, 600], [600, 400], [800, 400], [600, 400]] as const;
  sizes.forEach(([width, height], i) => {
    const shown = plates.slice(0, i === 0 ? plates.length : 1 + (i % plates.length));
    writeFileSync(join(folder, `table_${i + 1}.png`), drawPng(width, height, [120 + 8 * i, 92, 70], shown));
  });
}
