import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { addBox, annotations, choose, opened, shows } from './hand';
import { smallModel, startProgram, type Program } from './program';

let program: Program;

test.afterEach(async () => {
  await program.stop();
});

const jobs = (page: Page) => page.getByRole('dialog', { name: 'Jobs' });

test('every image is prepared by a job that is there after a reload, too', async ({ page }) => {
  program = await startProgram({ model: smallModel });
  await opened(page, program.url);
  await page.getByTestId('job-indicator').click();
  await jobs(page).getByRole('button', { name: 'Prepare all images' }).click();
  await expect(jobs(page).getByTestId('job')).toContainText('Done', { timeout: 60_000 });
  await page.reload();
  await shows(page, /./);
  await page.keyboard.press('Shift+J');
  await expect(jobs(page).getByTestId('job')).toHaveCount(1);
  await jobs(page).getByRole('button', { name: /^Remove from the list/ }).click();
  await expect(jobs(page).getByTestId('job')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.locator('.image-row .encoding').nth(2)).toHaveAttribute('aria-label', /Ready|kept on disk/);
});

test('an export says what the format cannot hold, and is where it was asked for', async ({ page }) => {
  program = await startProgram();
  await opened(page, program.url);
  await choose(page, 'chelsea.jpg');
  await addBox(page, [0.1, 0.1], [0.9, 0.9], 'cat');
  await annotations(page, 1);
  await page.keyboard.press('Control+e');
  const dialog = page.getByRole('dialog', { name: 'Export the project' });
  await dialog.getByRole('combobox', { name: 'Format' }).selectOption('yolo');
  await expect(dialog.locator('.losses li').first()).toBeVisible();
  await dialog.getByRole('combobox', { name: 'Format' }).selectOption('coco');
  await dialog.getByRole('textbox', { name: /^Name of the new/ }).fill('mine.json');
  await dialog.getByRole('button', { name: /^Export/ }).click();
  await expect(page.locator('.toast')).toContainText('mine.json');
  const written = JSON.parse(readFileSync(join(program.folder, 'exports/mine.json'), 'utf8')) as {
    annotations: unknown[];
  };
  expect(written.annotations).toHaveLength(1);
});

// As labelme and X-AnyLabeling write them.
function labelmeProject(folder: string): string {
  const path = join(folder, 'other');
  mkdirSync(path);
  const shape = (label: string, points: number[][]) => ({ label, points, group_id: null, shape_type: 'polygon', flags: {} });
  const file = (imagePath: string, imageWidth: number, imageHeight: number, shapes: unknown[]) =>
    writeFileSync(
      join(path, `${imagePath.split('.')[0]}.json`),
      JSON.stringify({ version: '5.4.1', flags: {}, shapes, imagePath, imageData: null, imageHeight, imageWidth }),
    );
  const triangle = [
    [10, 10],
    [150, 20],
    [60, 140],
  ];
  file('chelsea.jpg', 451, 300, [shape('whiskers', triangle), shape('cat', triangle.map(([x = 0, y = 0]) => [x + 150, y + 50]))]);
  return path;
}

test('a project of another tool comes in with its classes, after a look at what would change', async ({ page }) => {
  program = await startProgram();
  const path = labelmeProject(program.folder);
  await opened(page, program.url);
  await choose(page, 'chelsea.jpg');
  await page.keyboard.press('Control+o');
  const dialog = page.getByRole('dialog', { name: 'Import annotations' });
  await dialog.getByRole('textbox', { name: 'File or folder' }).fill(path);
  await dialog.getByRole('button', { name: 'Show what changes' }).click();
  await expect(dialog.getByTestId('changes')).toContainText('2 annotations would be added to 1 picture');
  await expect(dialog.getByTestId('changes')).toContainText('New classes: whiskers');
  expect(program.labels('chelsea')).toHaveLength(0);
  await dialog.getByRole('button', { name: /^Import/ }).click();
  await annotations(page, 2);
  await expect(page.locator('.toast')).toHaveCount(1); // of the import, none of the look before it
  await expect(page.getByRole('listbox', { name: 'Annotations' })).toContainText('whiskers');
  await expect(page.getByRole('listbox', { name: 'Classes' }).getByRole('option', { name: 'whiskers' }).first()).toBeVisible();
  expect(program.labels('chelsea')).toHaveLength(2);
});

test('what is no dataset is refused with the reason', async ({ page }) => {
  program = await startProgram();
  writeFileSync(join(program.folder, 'notes.txt'), 'milk, bread\n');
  await opened(page, program.url);
  await page.keyboard.press('Control+o');
  const dialog = page.getByRole('dialog', { name: 'Import annotations' });
  await dialog.getByRole('textbox', { name: 'File or folder' }).fill(join(program.folder, 'notes.txt'));
  await expect(dialog.getByRole('option', { name: 'notes.txt' })).toHaveAttribute('aria-selected', 'true'); // in its folder's list
  await dialog.getByRole('button', { name: 'Show what changes' }).click();
  await expect(dialog.locator('.refused')).toContainText('notes.txt');
});
