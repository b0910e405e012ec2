import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import type { Picture } from '../src/model/wire';
import { addBox, annotations, choose, click, drag, offered, opened } from './hand';
import { startProgram, type Program } from './program';

let program: Program;

test.beforeEach(async () => {
  program = await startProgram({ model: 'builtin' });
});

test.afterEach(async () => {
  await program.stop();
});

interface Stored {
  readonly annotations: readonly {
    readonly prompt: { readonly boxes: readonly unknown[]; readonly points: readonly unknown[] };
    readonly mask: { readonly counts: string };
  }[];
}

function stored(name: string): Stored['annotations'] {
  return (JSON.parse(readFileSync(join(program.folder, 'annotations', `${name}.json`), 'utf8')) as Stored).annotations;
}

async function pictureOf(page: Page, name: string): Promise<Picture> {
  return (await (await page.request.get(`${program.url}/api/v1/images/${name}`)).json()) as Picture;
}

test('all candidates are shown small with their scores, and a number key chooses', async ({ page }) => {
  await opened(page, program.url);
  await choose(page, 'coffee.jpg');
  await page.keyboard.press('k');
  await page.keyboard.press('w');
  await click(page, [0.5, 0.4]);
  await offered(page);
  const candidates = page.getByTestId('candidate');
  await expect(candidates).toHaveCount(3);
  for (const text of await candidates.allInnerTexts()) expect(text).toMatch(/[123]\s*\d\.\d\d/);
  await page.keyboard.press('2');
  await expect(candidates.nth(1)).toHaveAttribute('aria-checked', 'true');
  const painted = await candidates.nth(1).locator('canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((_, i) => i % 4 === 3 && data[i]! > 0).length / (canvas.width * canvas.height);
  });
  expect(painted).toBeGreaterThan(0.5); // the part of the picture around the mask
  const area = /, ([\d.,]+)/.exec((await candidates.nth(1).getAttribute('aria-label'))!)![1];
  await page.keyboard.press('Enter');
  await annotations(page, 1);
  await expect(page.getByRole('listbox', { name: 'Annotations' })).toContainText(area!);
});

test('a selected annotation is prompted again with its stored prompt; the new mask takes its place', async ({ page }) => {
  await opened(page, program.url);
  await choose(page, 'coffee.jpg');
  await addBox(page, [0.2, 0.1], [0.75, 0.92], 'cup');
  await annotations(page, 1);
  const before = stored('coffee.jpg')[0]!;
  await page.getByRole('listbox', { name: 'Annotations' }).getByRole('option').first().click();
  await page.keyboard.press(';');
  await offered(page);
  await page.keyboard.press('w');
  await click(page, [0.3, 0.2], 'right');
  await offered(page);
  await page.keyboard.press('Enter');
  await annotations(page, 1);
  await expect.poll(() => stored('coffee.jpg')[0]!.prompt.points.length).toBe(1);
  const after = stored('coffee.jpg')[0]!;
  expect(after.prompt.boxes).toEqual(before.prompt.boxes);
  expect(after.mask.counts).not.toBe(before.mask.counts);
  await page.keyboard.press('z');
  await expect.poll(() => stored('coffee.jpg')[0]!.mask.counts).toBe(before.mask.counts);
});

test('with no overlap allowed the newer mask takes its pixels from its neighbour', async ({ page }) => {
  await opened(page, program.url);
  await choose(page, 'coffee.jpg');
  await addBox(page, [0.2, 0.1], [0.75, 0.92], 'cup');
  await annotations(page, 1);
  const whole = (await pictureOf(page, 'coffee.jpg')).annotations[0]!.area;
  await page.keyboard.press('\\');
  await drag(page, [0.3, 0.2], [0.6, 0.6]);
  await offered(page);
  await page.keyboard.press('Enter');
  await annotations(page, 2);
  const [first, second] = (await pictureOf(page, 'coffee.jpg')).annotations;
  expect(first!.area).toBeLessThan(whole);
  expect(first!.area + second!.area).toBeGreaterThanOrEqual(whole);
  await page.keyboard.press('z');
  await annotations(page, 1);
  expect((await pictureOf(page, 'coffee.jpg')).annotations[0]!.area).toBe(whole);
});

test('everything on the image is found in pieces; a click accepts a segment', async ({ page }) => {
  await opened(page, program.url);
  await choose(page, 'coins.png');
  const bar = page.getByTestId('everything');
  const jobs = async () => (await (await page.request.get(`${program.url}/api/v1/jobs`)).json()) as { jobs: unknown[] };
  await page.keyboard.press('`');
  await expect(bar.getByRole('button', { name: 'Stop' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(bar).toHaveCount(0);
  await expect.poll(async () => (await jobs()).jobs.length).toBe(0); // stopped and forgotten
  await page.keyboard.press('`');
  await expect(bar).toBeVisible();
  await expect(bar.getByRole('button', { name: 'Find again' })).toBeVisible({ timeout: 80_000 });
  const found = Number(/(\d+) segment/.exec(await bar.innerText())![1]);
  expect(found).toBeGreaterThan(3);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await annotations(page, 1);
  await expect(bar).toContainText(`${found - 1} segment`);
  await page.reload();
  await expect(bar).toContainText(`${found - 1} segment`);
  await page.keyboard.press('Escape');
  await expect(bar).toHaveCount(0);
  await annotations(page, 1);
});
