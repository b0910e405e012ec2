import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { choose, drag, offered, opened, shows } from './hand';
import { smallModel, startProgram, type Program } from './program';

let program: Program;

test.afterEach(async () => {
  await program.stop();
});

test('the memory panel: bars, the last ten minutes, the log, and a button that says what came back', async ({ page }) => {
  program = await startProgram();
  await opened(page, program.url);
  await page.getByTestId('memory').click();
  const panel = page.getByRole('dialog', { name: 'Memory' });
  const host = panel.getByRole('region', { name: /^Host/ });
  await expect(host).toContainText(/of the [\d.]+ [MG]B SAM Annotator may have/);
  const parts = host.locator('.parts .part');
  await expect(parts).toHaveCount(8);
  const widths = await parts.evaluateAll((all) => all.map((part) => part.getBoundingClientRect().width));
  const whole = (await host.locator('.parts').boundingBox())!.width;
  expect(widths.reduce((sum, width) => sum + width, 0)).toBeGreaterThan(whole - 2);
  await expect(host.locator('.limit-mark')).toHaveCount(3);
  await expect(panel.getByTestId('memory-chart').locator('canvas')).toBeVisible();
  await expect(panel.getByRole('row')).toHaveCount(7); // the ladder's rungs and their head

  await panel.getByRole('button', { name: 'Free memory now' }).click();
  await expect(panel.getByTestId('freed')).toHaveText(/came back|nothing to give back/);
  await expect(panel.getByRole('log')).toContainText('Memory optimization performed');
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);

  await page.reload(); // the ten minutes are in the program
  await shows(page, /./);
  await page.keyboard.press('i');
  await expect(panel.getByRole('log')).toContainText('Memory optimization performed');
});

test('at critical the page says what happens and what helps, beside the picture, until it is over', async ({ page }) => {
  program = await startProgram({ memory: '0 host 2GiB/8GiB\n4000 host 7.9GiB/8GiB\n12000 host 2GiB/8GiB\n' });
  await opened(page, program.url);
  const banner = page.getByTestId('memory-banner');
  await expect(banner).toContainText('Memory is nearly used up (7.9 GB of 8.0 GB are in use');
  await expect(banner).toContainText('closing other programs would help');
  const [above, below] = [(await banner.boundingBox())!, (await page.getByTestId('canvas').boundingBox())!];
  expect(above.y + above.height).toBeLessThanOrEqual(below.y);
  await banner.getByRole('button', { name: 'Details' }).click();
  const panel = page.getByRole('dialog', { name: 'Memory' });
  await expect(panel.getByRole('log')).toContainText('critical');
  const path = process.env['SAM_ANNOTATOR_MEMORY_SCREENSHOT'];
  if (path !== undefined) await page.screenshot({ path });
  await page.keyboard.press('Escape');
  await expect(banner).toHaveCount(0);
});

test('in a small window everything of the panel can be reached, and the buttons are in sight', async ({ page }) => {
  program = await startProgram({ memory: '0 host 2GiB/8GiB\n0 cuda:0 1GiB/8GiB\n' });
  for (const [width, height] of [
    [800, 600],
    [1024, 768],
  ] as const) {
    await page.setViewportSize({ width, height });
    await opened(page, program.url);
    await page.keyboard.press('i');
    const panel = page.getByRole('dialog', { name: 'Memory' });
    await expect(panel.getByTestId('memory-chart').locator('canvas')).toBeVisible();
    for (const name of ['Clear caches', 'Free memory now', 'Close Esc']) {
      await expect(panel.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
    }
    expect(await panel.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBe(0);
    const [outer, row] = [(await panel.boundingBox())!, panel.getByRole('row').last()];
    await row.scrollIntoViewIfNeeded();
    await expect(row).toBeInViewport({ ratio: 1 });
    for (const part of [row, panel.locator('.stack').first(), panel.getByTestId('memory-chart').locator('canvas')]) {
      const box = (await part.boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(outer.x);
      expect(box.x + box.width).toBeLessThanOrEqual(outer.x + outer.width);
    }
    await page.keyboard.press('Escape');
  }
});

test('a card that is lost is shown as such, with its last numbers marked', async ({ page }) => {
  program = await startProgram({ memory: '0 host 2GiB/8GiB\n0 cuda:0 7.8GiB/8GiB\n4000 cuda:0 gone\n' });
  await opened(page, program.url);
  await expect(page.getByTestId('memory')).toContainText('cannot be read (last known: Used: 7.80 GB / Total: 8.00 GB (97.5%))');
  await page.keyboard.press('i');
  const card = page.getByRole('dialog', { name: 'Memory' }).getByRole('region', { name: /card, level Cannot be read/ });
  await expect(card.locator('.level')).toHaveText('Cannot be read');
  await expect(card).toContainText('last known: 7.8 GB of 8.0 GB in use by everybody');
});

// What an earlier run measured of the model, but that it needs 4 GiB to run, and to load at lower precision.
async function hungryModel(): Promise<string> {
  const measured = await startProgram({ model: smallModel });
  const file = join(measured.cache, 'model_costs.json');
  type Costs = Record<string, { host: Record<string, number>; device: Record<string, number> }>;
  let models: Costs = {};
  await expect(() => {
    models = (JSON.parse(readFileSync(file, 'utf8')) as { models: Costs }).models;
    expect(Object.keys(models)).toHaveLength(2);
  }).toPass();
  await measured.stop();
  for (const [key, { host, device }] of Object.entries(models)) {
    const run = { ...host, run_peak_bytes: 4 * 2 ** 30 };
    models[key] = { host: run, device };
    models[key.replace('|f32', '|bf16')] = { host: { ...run, load_peak_bytes: 4 * 2 ** 30 }, device };
  }
  return JSON.stringify({ models });
}

test('where memory does not suffice for the model the page says so in a sentence, and GrabCut is one click away', async ({
  page,
}) => {
  const memory = '0 host 1GiB/8GiB\n300 host 7GiB/8GiB\n';
  program = await startProgram({ model: smallModel, costs: await hungryModel(), memory });
  await opened(page, program.url);
  await choose(page, 'coffee.jpg');
  const banner = page.getByTestId('exhausted-banner');
  await expect(banner).toContainText('Memory does not suffice for the model on this picture. GrabCut needs little.');
  await expect(banner).toContainText(/encoding coffee\.jpg needs about \d+ MB of host memory, and at most [\d.]+ GB can be had.*: close other/);
  const [above, below] = [(await banner.boundingBox())!, (await page.getByTestId('canvas').boundingBox())!];
  expect(above.y + above.height).toBeLessThanOrEqual(below.y);
  await drag(page, [0.2, 0.1], [0.75, 0.92]);
  await expect(page.getByTestId('prompt-failed')).toContainText('There is not enough memory');

  await banner.getByRole('button', { name: 'Use GrabCut' }).click();
  expect(await offered(page)).toBeGreaterThan(0); // the same box, answered by the other one
  await expect(banner).toHaveCount(0);
  await expect(page.getByTestId('predictor')).toHaveText(/GrabCut/);
  await expect(page.locator('.status-bar .encoding.ready')).toBeVisible();
});
