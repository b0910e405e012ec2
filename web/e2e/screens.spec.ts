// The main views as they were when somebody last looked at them and found them good, in light and in dark. After a change that is
// meant: `npx playwright test screens --update-snapshots`, look at e2e/screens/, and round their colours to multiples of 8, so that they stay small.

import { expect, test, type Page } from '@playwright/test';
import { choose, drag, offered, opened, remembersNothing } from './hand';
import { put } from './put';
import { startProgram, type Program } from './program';

let program: Program;
let page: Page;

test.beforeAll(async ({ browser }) => {
  program = await startProgram({ drawn: true });
  page = await browser.newPage({ viewport: { width: 1280, height: 720 }, bypassCSP: true }); // for screens.css
  await remembersNothing(page);
  await put(page, program.url, 'table_1.png', [
    { box: [0.1, 0.15, 0.4, 0.6], classId: 3 },
    { box: [0.5, 0.17, 0.9, 0.78], classId: 5, score: 0.61, review: 'proposed' },
    { box: [0.4, 0.7, 0.57, 0.95], classId: 4 },
  ]);
  await put(page, program.url, 'table_3.png', [{ box: [0.1, 0.1, 0.6, 0.4], classId: 3 }]);
});

test.afterAll(async () => {
  await page.close();
  await program.stop();
});

interface View {
  readonly keys: readonly string[];
  readonly before?: (page: Page) => Promise<unknown>;
}

const views: Readonly<Record<string, View>> = {
  objects: { keys: ['.'] },
  prompt: {
    keys: [],
    before: async (page) => {
      await drag(page, [0.08, 0.12], [0.43, 0.63]);
      await offered(page);
    },
  },
  outline: { keys: ['.', 'Shift+E'] },
  'side-by-side': { keys: ['F2'] },
  viewer: { keys: ['F4', 'i'] },
  review: { keys: ['r'] },
  statistics: { keys: ['Shift+S'] },
  keys: { keys: ['?'] },
  classes: { keys: ['Shift+C'] },
  'small-pictures': { keys: ['Shift+I'] },
};

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, { keys, before }] of Object.entries(views)) {
    test(`${name} in ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.request.put(`${program.url}/api/v1/preferences`, { data: {} });
      await opened(page, program.url);
      await choose(page, 'table_1.png');
      await expect(page.locator('.status-bar .encoding.ready')).toBeVisible();
      await before?.(page);
      for (const key of keys) await page.keyboard.press(key);
      await expect(page).toHaveScreenshot(`${name}-${colorScheme}.png`);
      for (let i = 0; i < 3; ++i) await page.keyboard.press('Escape');
    });
  }
}
