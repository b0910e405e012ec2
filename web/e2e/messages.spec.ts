import { expect, test, type Locator, type Page } from '@playwright/test';
import { opened } from './hand';
import { startProgram, type Program } from './program';

let program: Program;

test.beforeEach(async () => {
  program = await startProgram();
});

test.afterEach(async () => {
  await program.stop();
});

const long = 'Nothing more fits into the folder of the project. Free some space and press S.';
const body = JSON.stringify({ type: 'about:blank', title: 'The disk is full', status: 507, detail: long });
const worked = '.panel, .toolbar, .status-bar, .prompt-bar, .banner';

async function failedToSave(page: Page): Promise<Locator> {
  await opened(page, program.url);
  await page.route('**/save', (route) => route.fulfill({ status: 507, contentType: 'application/problem+json', body }));
  await page.getByRole('button', { name: 'Write the files of this image again' }).click();
  const toast = page.locator('.toast.error');
  await expect(toast).toContainText('The disk is full');
  return toast;
}

for (const [width, height] of [
  [1280, 720],
  [640, 360], // the same at 200 %
] as const) {
  test(`an error lies over nothing that people work with, and lets them work below it, at ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    const toast = await failedToSave(page);
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

for (const [width, height] of [
  [640, 360],
  [700, 900],
] as const) {
  test(`at ${width} × ${height} there is one line of one message, not over the middle; all of it is shown on request`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    const error = await failedToSave(page);
    const line = (await error.boundingBox())!;
    const view = (await page.locator('.view').boundingBox())!;
    expect(line.height).toBeLessThan(34);
    expect(line.y + line.height < view.y + view.height / 3 || line.y > view.y + (2 * view.height) / 3).toBe(true);
    await expect(error).toContainText(long); // for who hears it
    const more = error.getByRole('button', { name: 'The whole message' });
    await more.focus();
    await page.keyboard.press('Enter');
    await expect(more).toHaveAttribute('aria-expanded', 'true');
    expect(await error.locator('.toast-text').evaluate((text) => text.scrollWidth <= text.clientWidth)).toBe(true);
    expect((await error.boundingBox())!.height).toBeGreaterThan(40);
    await page.keyboard.press('Enter');
    await expect(more).toBeFocused();
    expect((await error.boundingBox())!.height).toBe(line.height);
    await page.getByTestId('canvas').focus();
    await page.keyboard.press('p'); // before the first image there is none
    const news = page.locator('.toast.info');
    await expect(news).toBeVisible();
    await expect(error).toBeHidden();
    await expect(news.getByRole('button', { name: 'The whole message' })).toHaveCount(0); // it fits
    await news.getByRole('button', { name: 'Dismiss' }).click();
    await expect(error).toBeVisible();
  });
}

for (const [width, height] of [
  [1280, 720],
  [640, 360],
] as const) {
  test(`a message lets the cross be seen below it, and whatever the pointer does, at ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    const error = await failedToSave(page);
    const shines = (faintly: boolean) => expect.poll(() => page.locator('.toasts').evaluate((all) => Number(getComputedStyle(all).opacity) < 0.3)).toBe(faintly);
    const view = (await page.locator('.view').boundingBox())!;
    const box = (await error.boundingBox())!;
    const up = box.y < view.y + view.height / 2;
    await page.getByTestId('canvas').focus();
    await page.keyboard.press('Control+Enter');
    await shines(false);
    for (let i = 0; i < 8; ++i) {
      await page.keyboard.press(up ? 'Shift+ArrowUp' : 'Shift+ArrowDown');
      await page.keyboard.press('Shift+ArrowLeft');
    }
    await shines(true);
    await page.keyboard.press('Enter'); // a corner; the box from it lies below the message as long as it is drawn
    for (let i = 0; i < 8; ++i) await page.keyboard.press(up ? 'Shift+ArrowDown' : 'Shift+ArrowUp');
    await shines(true);
    await page.keyboard.press('Escape');
    await shines(false);
    await page.keyboard.press('Escape');
    await page.mouse.move(view.x + view.width / 2, view.y + view.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 20, box.y + 10);
    await shines(true);
    await page.keyboard.press('Escape');
    await shines(false);
    await page.mouse.up();
    await error.getByRole('button', { name: 'Dismiss' }).click();
    await expect(error).toHaveCount(0);
  });
}
