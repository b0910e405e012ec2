import { expect, test, type Page } from '@playwright/test';
import { choose, opened } from './hand';
import { put } from './put';
import { startProgram, type Program } from './program';

let program: Program;

test.beforeEach(async () => {
  program = await startProgram();
});

test.afterEach(async () => {
  await program.stop();
});

async function openStatistics(page: Page): Promise<void> {
  await put(page, program.url, 'chelsea.jpg', [
    { box: [0.1, 0.1, 0.3, 0.3], classId: 1 },
    { box: [0.5, 0.5, 0.9, 0.9], classId: 1 },
    { box: [0.4, 0.1, 0.42, 0.12], classId: 2 },
  ]);
  await put(page, program.url, 'coffee.jpg', [{ box: [0.2, 0.2, 0.6, 0.6], classId: 2 }]);
  await opened(page, program.url);
  await choose(page, 'chelsea.jpg');
  await page.keyboard.press('Shift+S');
  await expect(page.locator('.chart-card')).toHaveCount(6);
}

test('the numbers of the project, class by class', async ({ page }) => {
  await openStatistics(page);
  const first = page.getByRole('listbox', { name: 'Objects a class' }).getByRole('option').first();
  await expect(first).toHaveAccessibleName(/: 2 objects on [12] image/);
  await expect(page.getByRole('dialog')).toContainText('4 objects');
});

test('a class lists the images that have it', async ({ page }) => {
  await openStatistics(page);
  const rows = page.getByRole('listbox', { name: 'Objects a class' }).getByRole('option');
  const both = rows.filter({ hasText: /./ }).first();
  const name = (await both.getAttribute('title'))!;
  expect(name).toMatch(/^List the images with /);
  await both.click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('listbox', { name: 'Images' }).getByRole('option', { name: 'chelsea.jpg' })).toBeVisible();
  await expect(page.getByRole('listbox', { name: 'Images' }).getByRole('option', { name: 'rocket.jpg' })).toHaveCount(0);
});
