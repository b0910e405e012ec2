// Accessibility as far as a program can find out: axe-core on the main view and each dialog, in light and in dark.

import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { addBox, annotations, choose, opened } from './hand';
import { startProgram, type Program } from './program';

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

interface Axe {
  run(root: Element | Document, options: object): Promise<{ violations: Finding[] }>;
}

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: Axe }).axe.run(document.querySelector('dialog[open]') ?? document, {
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`).join('; ')}`);
}

let program: Program;

test.beforeAll(async () => {
  program = await startProgram();
});

test.afterAll(async () => {
  await program.stop();
});

// Dialogs and views by the key that opens them.
const places: readonly (readonly [name: string, ...keys: string[]])[] = [
  ['the main view'],
  ['side by side', 'F2'],
  ['the viewer', 'F4', 'i'],
  ['keys', '?'],
  ['settings', 'Control+,'],
  ['export menu', 'e'],
  ['export', 'Control+e'],
  ['import', 'Control+o'],
  ['jobs', 'Shift+J'],
  ['memory', 'i'],
  ['jump', 'j'],
  ['clear', 'c'],
  ['quit', 'q'],
  ['classes', 'Shift+C'],
  ['the list of classes in a merge', 'Shift+C', 'Shift+Tab', 'Space', 'Tab', 'ArrowDown'],
  ['the class search', '/', 'c'],
  ['filter', 'Shift+F'],
  ['review', 'r'],
  ['statistics', 'Shift+S'],
  ['small pictures', 'Shift+I'],
];

for (const colorScheme of ['dark', 'light'] as const) {
  test(`nothing serious is found in ${colorScheme}`, async ({ browser }) => {
    test.setTimeout(400_000); // axe-core looks at everything 21 times
    const page = await browser.newPage({ colorScheme });
    await opened(page, program.url);
    if (colorScheme === 'dark') {
      await choose(page, 'coffee.jpg');
      await addBox(page, [0.2, 0.1], [0.75, 0.92], 'cat');
      await annotations(page, 1);
    }
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    for (const [name, ...keys] of places) {
      for (const key of keys) {
        await page.keyboard.press(key);
        await page.waitForTimeout(600);
      }
      expect.soft(await findings(page), name).toEqual([]);
      for (let i = 0; i < 3; ++i) await page.keyboard.press('Escape');
      await page.keyboard.press('F1');
      if (name === 'small pictures') await page.keyboard.press(keys[0]!);
      await page.waitForTimeout(300);
    }
    await page.close();
  });
}
