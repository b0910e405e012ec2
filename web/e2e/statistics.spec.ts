import { readFileSync } from 'node:fs';
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

test('six charts, drawn by the program, and the numbers beside them', async ({ page }) => {
  await openStatistics(page);
  const charts = page.locator('.chart-card img');
  await expect
    .poll(() => charts.evaluateAll((all) => all.every((each) => (each as HTMLImageElement).naturalWidth > 100)))
    .toBe(true);
  for (const alt of await charts.evaluateAll((all) => all.map((each) => (each as HTMLImageElement).alt)))
    expect(alt.length).toBeGreaterThan(20);
  const first = page.getByRole('listbox', { name: 'Objects by class' }).getByRole('option').first();
  await expect(first).toHaveAccessibleName(/: 2 objects on [12] image/);
  await expect(page.getByRole('dialog')).toContainText('4 objects');
  // The charts scroll, the dialog around them does not.
  expect(await page.getByRole('dialog').evaluate((dialog) => dialog.scrollHeight - dialog.clientHeight)).toBe(0);
});

test('all of it can be saved: a report, tables, each chart', async ({ page }) => {
  await openStatistics(page);
  const saved = async (name: RegExp | string, inside: ReturnType<Page['locator']>) => {
    const coming = page.waitForEvent('download');
    await inside.getByText(name, { exact: true }).click();
    const file = await coming;
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  };
  const reports = page.getByRole('group', { name: 'Save as' });
  const html = await saved('HTML', reports);
  expect(html.name).toMatch(/statistics\.html$/);
  expect(html.bytes.toString()).toMatch(/<svg/);
  expect(html.bytes.toString()).not.toMatch(/(src|href)="https?:/);
  expect((await saved('CSV', reports)).bytes.toString().split('\n')[0]).toContain('class');
  expect(JSON.parse((await saved('JSON', reports)).bytes.toString())).toMatchObject({ annotations: 4 });
  const card = page.locator('[data-chart=classes]');
  expect((await saved('SVG', card)).bytes.toString()).toMatch(/^\s*(<\?xml|<svg)/);
  const png = await saved('PNG', card);
  expect(png.name).toMatch(/classes\.png$/);
  expect([...png.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect(png.bytes.readUInt32BE(16)).toBeGreaterThan(400); // its width
});

test('a class lists the images that have it', async ({ page }) => {
  await openStatistics(page);
  const rows = page.getByRole('listbox', { name: 'Objects by class' }).getByRole('option');
  const both = rows.filter({ hasText: /./ }).first();
  const name = (await both.getAttribute('title'))!;
  expect(name).toMatch(/^List the images with /);
  await both.click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('listbox', { name: 'Images' }).getByRole('option', { name: 'chelsea.jpg' })).toBeVisible();
  await expect(page.getByRole('listbox', { name: 'Images' }).getByRole('option', { name: 'rocket.jpg' })).toHaveCount(0);
});

test('values stand below their headings, and no table repeats the numbers that its chart has on it', async ({ page }) => {
  await openStatistics(page);
  const ends = (row: string) =>
    page.locator(row).first().evaluate((each) => [...each.children].slice(-4).map((cell) => cell.getBoundingClientRect().right));
  const headings = await ends('.class-count.head');
  expect(headings).toHaveLength(4);
  expect(await ends('[role=option].class-count')).toEqual(headings);
  const states = page.locator('[data-chart=states]');
  await expect(states.locator('tbody')).toHaveText('Objects proposed0Objects rejected0');
  await expect(states.getByRole('img')).toHaveAccessibleName(/^Bars: .*: \d+ new, 2 labelled, 1 cannot be read$/);
});
