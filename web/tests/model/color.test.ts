import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { colorOf, css, hex, linear } from '../../src/model/color';

type Rgb = readonly number[];

// How dichromats see linear sRGB: Machado, Oliveira, Fernandes 2009, severity 1.
const sights: Readonly<Record<string, readonly Rgb[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const clip = (value: number) => Math.min(1, Math.max(0, value));

function oklab([r = 0, g = 0, b = 0]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function seen(id: number, sight: readonly Rgb[]): Rgb {
  const light = linear(colorOf(id)).map(clip);
  return oklab(sight.map((row) => clip(row.reduce((sum, weight, i) => sum + weight * light[i]!, 0))));
}

function apart(a: number, b: number, sight: readonly Rgb[]): number {
  const [p, q] = [seen(a, sight), seen(b, sight)];
  return Math.hypot(...p.map((value, i) => value - q[i]!));
}

// 0.02 is about the least difference that is seen side by side.
for (const [name, sight] of Object.entries(sights)) {
  test(`the first twelve classes are told apart with ${name} sight`, () => {
    for (let a = 0; a < 12; ++a) for (let b = a + 1; b < 12; ++b) expect(apart(a, b, sight)).toBeGreaterThan(0.1);
  });

  test(`so are neighbours in a long list, with ${name} sight`, () => {
    for (let a = 0; a < 48; ++a) for (let b = a + 1; b < a + 12; ++b) expect(apart(a, b, sight)).toBeGreaterThan(0.055);
  });
}

test('all colours of a project of 48 classes differ', () => {
  expect(new Set(Array.from({ length: 48 }, (_, id) => hex(colorOf(id)))).size).toBe(48);
});

test('stable, bright enough for a dark line beside it, and defined for any id', () => {
  expect(css(colorOf(3))).toBe('rgb(116 216 241 / 1)');
  expect(css(colorOf(3), 0.5)).toBe('rgb(116 216 241 / 0.5)');
  for (let id = -50; id < 200; ++id) expect(colorOf(id).l).toBeGreaterThan(0.53);
  for (const id of [-5, 999_999, 2 ** 31]) expect(hex(colorOf(id))).toMatch(/^#[0-9a-f]{6}$/);
});

test('the table that others draw by', () => {
  const path = new URL('../../../tests/data/class_colors.json', import.meta.url);
  const { colors } = JSON.parse(readFileSync(path, 'utf8')) as { colors: readonly string[] };
  expect(colors).toEqual(Array.from({ length: 64 }, (_, id) => hex(colorOf(id))));
});
