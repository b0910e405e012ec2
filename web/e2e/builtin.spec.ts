import { expect, test } from '@playwright/test';
import { annotations, choose, chooseClass, click, drag, offered, opened } from './hand';
import { startProgram, type Program } from './program';

let program: Program;

test.beforeEach(async () => {
  program = await startProgram({ model: 'builtin' });
});

test.afterEach(async () => {
  await program.stop();
});

test('started without a model, the page has the built-in one: a box and a click each give a mask', async ({ page }) => {
  await opened(page, program.url);
  await choose(page, 'chelsea.jpg');
  await expect(page.getByTestId('predictor')).toHaveText(/Built-in model/);
  await drag(page, [0.1, 0.08], [0.9, 0.95]);
  expect(await offered(page)).toBeGreaterThan(0.3);
  await chooseClass(page, 'cat');
  await page.keyboard.press('Enter');
  await annotations(page, 1);

  await page.keyboard.press('w');
  await click(page, [0.5, 0.4]);
  await offered(page);
  await page.keyboard.press('Enter');
  await annotations(page, 2);
  expect(program.labels('chelsea')).toHaveLength(2);
});

test('one click has three readings, and the edges of each can be cut anew', async ({ page }) => {
  await opened(page, program.url);
  await choose(page, 'coffee.jpg');
  await page.keyboard.press('w');
  await click(page, [0.5, 0.4]);
  await offered(page);
  await page.keyboard.press('k');
  await expect(page.getByTestId('candidate')).toHaveCount(3);
  const refined = page.waitForRequest(
    (request) =>
      request.url().endsWith('/segment') &&
      (request.postDataJSON() as { refine_edges?: boolean }).refine_edges === true,
  );
  await page.keyboard.press('d');
  expect((await refined).postDataJSON()).toMatchObject({ multimask: true });
  await offered(page);
  await expect(page.getByTestId('candidate')).toHaveCount(3);
});
