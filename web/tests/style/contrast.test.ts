import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const folder = new URL('../../src/style/', import.meta.url);
const base = readFileSync(new URL('base.css', folder), 'utf8');

function variables(selector: string): Record<string, string> {
  const start = base.indexOf(`${selector} {`);
  const block = base.slice(start, base.indexOf('}', start));
  return Object.fromEntries([...block.matchAll(/--([a-z-]+):\s*([^;]+);/g)].map((match) => [match[1]!, match[2]!]));
}

const dark = variables(':root');
const themes = { dark, light: { ...dark, ...variables(":root[data-theme='light']") } };

// Relative luminance, as WCAG 2.2 has it.
function luminance(hex: string): number {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/.exec(hex)?.[1];
  if (digits === undefined) throw new Error(`${hex} is no opaque colour`);
  const wide = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const [r, g, b] = [0, 2, 4].map((at) => {
    const value = parseInt(wide.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

const grounds = ['ground', 'panel', 'raised', 'hover', 'sheet', 'float', 'accent-ground'];

// Text on what is behind it.
const pairs: readonly (readonly [string, string])[] = [
  ...['text', 'muted'].flatMap((color) => grounds.map((ground) => [color, ground] as const)),
  ...['soft', 'faint'].flatMap((color) => ['ground', 'panel', 'sheet', 'float'].map((ground) => [color, ground] as const)),
  ...['accent', 'good-text', 'amber', 'red'].flatMap((color) =>
    ['panel', 'raised', 'sheet'].map((ground) => [color, ground] as const),
  ),
  ...['accent', 'good-text', 'amber'].map((color) => [color, 'accent-ground'] as const),
  ['accent', 'pressed'],
  ['muted', 'key'],
  ['on-strong', 'accent-strong'],
  ['on-strong', 'accent-hover'],
  ['on-strong', 'red-strong'],
  ['good-text', 'good-ground'],
  ['amber-text', 'amber-ground'],
  ['red-text', 'red-ground'],
  ['red-text', 'raised'],
  ['idle-text', 'idle-ground'],
];

describe.each(Object.entries(themes))('colours of the %s theme', (_, theme) => {
  test.each(pairs)('%s on %s can be read (AA, 4.5)', (color, ground) => {
    expect(contrast(theme[color]!, theme[ground]!)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['ground', 'panel', 'raised', 'sheet'])('the focus and marks can be seen on %s (3)', (ground) => {
    for (const color of ['accent', 'good', 'amber', 'red'])
      expect(contrast(theme[color]!, theme[ground]!)).toBeGreaterThanOrEqual(3);
  });
});

test('no colour is written but in base.css', () => {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.css') || name === 'base.css') continue;
    const found = readFileSync(new URL(name, folder), 'utf8').match(/#[0-9a-f]{3,8}\b|rgba?\(|hsl\(|oklch\(/g);
    expect(found, name).toBeNull();
  }
});

test('the chosen one of a row has another ground and a frame that can be seen (3)', () => {
  const rules = readFileSync(new URL('controls.css', folder), 'utf8');
  const blockOf = (selector: string) => rules.slice(rules.indexOf(`\n${selector} {`)).split('}')[0]!;
  const colorIn = (block: string, property: string) =>
    new RegExp(`${property}:[^;]*var\\(--([a-z-]+)\\)`).exec(block)?.[1] ?? '';
  const chosen = blockOf(".segmented .button[aria-checked='true']");
  for (const theme of Object.values(themes)) {
    const row = theme[colorIn(blockOf('.segmented'), 'background')]!;
    expect(theme[colorIn(chosen, 'background')]).not.toBe(row);
    expect(contrast(theme[colorIn(chosen, 'box-shadow')]!, row)).toBeGreaterThanOrEqual(3);
    expect(contrast(theme[colorIn(chosen, 'color')]!, theme[colorIn(chosen, 'background')]!)).toBeGreaterThanOrEqual(4.5);
  }
});
