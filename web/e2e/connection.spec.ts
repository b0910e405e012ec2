// Edits and the connection: what is made while the program does not answer is kept and made once; who has an image.

import { expect, test, type Page } from '@playwright/test';
import { addBox, annotations, choose, chooseClass, drag, offered, opened } from './hand';
import { startProgram, type Program } from './program';

let program: Program;

test.beforeEach(async () => {
  program = await startProgram();
});

test.afterEach(async () => {
  await program.stop();
});

const objects = (page: Page) => page.getByRole('listbox', { name: 'Annotations' }).getByRole('option');
const saved = (page: Page) => page.getByTestId('saved');

async function offerCat(page: Page): Promise<void> {
  await opened(page, program.url);
  await choose(page, 'chelsea.jpg');
  await chooseClass(page, 'cat');
  await drag(page, [0.1, 0.08], [0.9, 0.95]);
  await offered(page);
}

test('an edit whose answer is lost is sent again and made once', async ({ page }) => {
  await offerCat(page);
  let lost = 0;
  await page.route('**/edits', async (route) => {
    if (++lost > 2) return route.continue();
    await route.fetch(); // it is made
    await route.abort();
  });
  await page.keyboard.press('Enter');
  await expect(saved(page)).toHaveText('1 edit waits');
  await annotations(page, 1);
  expect(lost).toBeGreaterThan(2);
  expect(program.labels('chelsea')).toHaveLength(1);
});

test('edits that never arrive wait over a reload, and are made in order', async ({ page }) => {
  await offerCat(page);
  await page.route('**/edits', (route) => route.abort());
  await page.keyboard.press('Enter');
  await drag(page, [0.5, 0.1], [0.95, 0.6]);
  await offered(page);
  await page.keyboard.press('Enter');
  await expect(saved(page)).toHaveText('2 edits wait');
  expect(program.labels('chelsea')).toHaveLength(0);
  page.once('dialog', (dialog) => void dialog.accept()); // it asks before it is left
  await page.reload();
  await expect(saved(page)).toHaveText('2 edits wait');
  await page.unroute('**/edits');
  await annotations(page, 2);
  expect(program.labels('chelsea')).toHaveLength(2);
});

test('one window has the image, the other looks, and takes it over knowingly', async ({ page, context }) => {
  await offerCat(page);
  await page.keyboard.press('Enter');
  await annotations(page, 1);
  const other = await context.newPage();
  await opened(other, program.url, 'chelsea.jpg');
  await expect(other.getByTestId('look-only')).toBeVisible();
  await expect(objects(other)).toHaveCount(1);
  await chooseClass(other, 'cat');
  await drag(other, [0.1, 0.1], [0.5, 0.6]);
  await expect(other.locator('.toast', { hasText: 'Nothing was changed' })).toBeVisible();
  await expect(other.getByTestId('prompt-bar')).toHaveCount(0);
  await other.getByTestId('look-only').getByRole('button', { name: 'Take over' }).click();
  await other.getByRole('dialog').getByRole('button', { name: /Take over/ }).click();
  await expect(other.getByTestId('look-only')).toHaveCount(0);
  await expect(page.getByTestId('look-only')).toBeVisible();
  await addBox(other, [0.1, 0.1], [0.5, 0.6], 'cat');
  await annotations(other, 2);
  await expect(objects(page)).toHaveCount(2);
});

test('q asks before it ends the program; started again, the page goes on where it was', async ({ page }) => {
  await opened(page, program.url);
  await page.keyboard.press('q');
  await page.keyboard.press('Escape');
  await page.keyboard.press('q');
  await page.getByRole('button', { name: 'End the program' }).click();
  await expect(page.getByRole('dialog', { name: 'The program has ended' })).toBeVisible();
  await program.kill(); // it has ended already: waits for that
  await program.restart();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await addBox(page, [0.2, 0.1], [0.75, 0.92], 'cat');
  await annotations(page, 1);
});
