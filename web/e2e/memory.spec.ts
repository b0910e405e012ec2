import { expect, test } from '@playwright/test';
import { opened, shows } from './hand';
import { startProgram, type Program } from './program';

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
