import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../src/panels/', import.meta.url);

// Names of programs and keys, which are the same in every language.
const names = /^(GrabCut|Esc|Enter|Ctrl C|SAM Annotator|SVG|PNG|CSV|JSON|HTML)$/;

const notConverted: readonly string[] = [];

// Words between tags, and in the properties that people read.
function literals(source: string): string[] {
  const code = source.replace(/^\s*\/\/.*$/gm, '').replace(/<kbd>[^<]*<\/kbd>/g, '').replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '');
  const found: string[] = [];
  for (const [, words] of code.matchAll(/(?<=[a-z"}\])/]|button|span)>\s*([^<>{}=;()|&]*[A-Za-z]{3}[^<>{}=;()|&]*?)\s*(?=<\/|<[a-z]|\{)/g)) found.push(words!.trim());
  for (const [, words] of code.matchAll(/\b(?:title|aria-label|placeholder|label|hint|alt|name|text|tip|sentence|data-tip)=(?:"|\{`|\{')([^"`']*[A-Za-z]{3}[^"`']*)/g)) found.push(words!);
  return found.filter((words) => words !== '' && !names.test(words) && !/^[a-z-]+$/.test(words));
}

test('the scan finds what it looks for', () => {
  expect(literals('<p>Some words</p>')).toEqual(['Some words']);
  expect(literals('<b title="Some words">{x}</b>')).toEqual(['Some words']);
  expect(literals('<b title={`Some ${x} words`} />')).toHaveLength(1);
  expect(literals('<b class="some words">{text.some}</b> <kbd>Esc</kbd>')).toEqual([]);
});

test('all words of the panels are in text/en.ts', () => {
  const panels = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tsx') && !notConverted.includes(name));
  const found = panels.flatMap((name) =>
    literals(readFileSync(new URL(name, folder), 'utf8')).map((words) => `${name}: ${words}`),
  );
  expect(found).toEqual([]);
});
