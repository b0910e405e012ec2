import { expect, test } from '@playwright/test';
import { opened } from './hand';
import { startProgram, type Program } from './program';

let program: Program;

test.beforeEach(async () => {
  program = await startProgram();
});

test.afterEach(async () => {
  await program.stop();
});

const body = JSON.stringify({ type: 'about:blank', title: 'The disk is full', status: 507, detail: 'Free some space and press S.' });
const worked = '.panel, .toolbar, .status-bar, .prompt-bar, .banner';

for (const [width, height] of [
  [1280, 720],
  [640, 360], // the same at 200 %
] as const) {
  test(`an error lies over nothing that people work with, and lets them work below it, at ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await opened(page, program.url);
    await page.route('**/save', (route) => route.fulfill({ status: 507, contentType: 'application/problem+json', body }));
    await page.getByRole('button', { name: 'Write the files of this image again' }).click();
    const toast = page.locator('.toast');
    await expect(toast).toContainText('The disk is full');
    const box = (await toast.boundingBox())!;
    const crossed = await page.locator(worked).evaluateAll(
      (all, { x, y, width: w, height: h }) =>
        all
          .filter((each) => {
            const { left, right, top, bottom } = each.getBoundingClientRect();
            return left < x + w && right > x && top < y + h && bottom > y;
          })
          .map(({ className }) => className),
      box,
    );
    expect(crossed).toEqual([]);
    const words = (await toast.locator('strong').boundingBox())!;
    const below = await page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.closest('.canvas, .toast')?.className, [
      words.x + 5,
      words.y + 5,
    ] as const);
    expect(below).toBe('canvas');
    await toast.getByRole('button', { name: 'Dismiss' }).click();
    await expect(toast).toHaveCount(0);
  });
}
