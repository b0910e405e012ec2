// The model is loaded while the page is there already.

import { expect, test } from '@playwright/test';
import { choose, drag, offered, opened } from './hand';
import { otherDecoder, smallModel, startProgram, type Program } from './program';

let program: Program;

test.afterEach(async () => {
  await program.stop();
});

test('pictures are there while the model loads, a box waits for it, and GrabCut answers meanwhile', async ({ page }) => {
  program = await startProgram({ model: smallModel, holdEngines: true });
  await opened(page, program.url);
  const menu = page.getByTestId('predictor');
  await expect(menu).toHaveText('Loading sam1_512…');
  await expect(page.locator('.status-bar')).toContainText('Loading sam1_512…');
  await choose(page, 'chelsea.jpg');
  await drag(page, [0.1, 0.08], [0.9, 0.95]);
  await expect(page.locator('.prompt-bar')).toContainText('Loading sam1_512…; the mask follows');

  await menu.click();
  await expect(page.getByRole('menuitemradio', { name: /Model/ })).toContainText('sam1_512 is being loaded');
  await page.getByRole('menuitemradio', { name: /GrabCut/ }).click();
  const byGrabcut = await offered(page);
  await menu.click();
  await page.getByRole('menuitemradio', { name: /Model/ }).click();
  await expect(menu).toHaveText('Loading sam1_512…');
  await page.reload(); // the state is the program's
  await expect(menu).toHaveText('Loading sam1_512…');

  program.goOn();
  await expect(menu).toHaveText(/SAM 1/);
  await expect.poll(() => offered(page)).not.toBe(byGrabcut);
  await expect(page.locator('.status-bar .encoding.ready')).toBeVisible();
});

test('a model that cannot be loaded is said with its reason, and GrabCut works without it', async ({ page }) => {
  program = await startProgram({ model: [smallModel[0], otherDecoder] });
  await opened(page, program.url);
  const banner = page.getByTestId('model-banner');
  await expect(banner).toContainText('sam1_512 could not be loaded.');
  await expect(banner).toContainText('give two files exported from the same model');
  const menu = page.getByTestId('predictor');
  await expect(menu).toHaveText('sam1_512 failed');
  await choose(page, 'coffee.jpg');
  await drag(page, [0.2, 0.1], [0.75, 0.92]);
  await expect(page.getByTestId('prompt-failed')).toContainText('The model failed');

  await banner.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('prompt-failed')).toContainText('The model failed');
  await expect(banner).toBeVisible();
  await banner.getByRole('button', { name: 'Use GrabCut' }).click();
  expect(await offered(page)).toBeGreaterThan(0);
  await expect(banner).toHaveCount(0);
  await menu.click();
  await expect(page.getByRole('menuitemradio', { name: /Model/ })).toContainText('could not be loaded; choose it to try again');
});
