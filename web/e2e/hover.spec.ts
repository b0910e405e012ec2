import { expect, test, type Page } from '@playwright/test';
import { annotations, choose, chooseClass, click, drag, hover, offered, opened } from './hand';
import { smallModel, startProgram, type Program } from './program';

let program: Program;

test.afterEach(async () => {
  await program.stop();
});

interface Asked {
  preview: boolean;
  point: { x: number; y: number };
}

// What the page asks from now on, and how many previews were on their way at once.
function listenTo(page: Page): { asked: Asked[]; most(): number } {
  const asked: Asked[] = [];
  const open = new Set<object>();
  let most = 0;
  page.on('request', (request) => {
    if (!request.url().endsWith('/segment')) return;
    const body = request.postDataJSON() as { preview?: boolean; points: { x: number; y: number }[] };
    asked.push({ preview: body.preview === true, point: body.points[0]! });
    if (body.preview !== true) return;
    open.add(request);
    most = Math.max(most, open.size);
  });
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  return { asked, most: () => most };
}

// How many pixels of the layers above the picture are painted.
function painted(page: Page): Promise<number> {
  return page.getByTestId('canvas').evaluate((element) => {
    const layer = [...element.querySelectorAll('canvas')].at(-1)!;
    const { data } = layer.getContext('2d')!.getImageData(0, 0, layer.width, layer.height);
    let count = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) ++count;
    return count;
  });
}

async function moveTo(page: Page, x: number, y: number): Promise<void> {
  const box = (await page.getByTestId('canvas').boundingBox())!;
  await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
}

test('the mask under the cursor is shown while it rests there, and leaves no trace', async ({ page }) => {
  program = await startProgram({ model: smallModel });
  await opened(page, program.url);
  await choose(page, 'coffee.jpg');
  await expect(page.locator('.status-bar .encoding.ready')).toBeVisible();
  const { asked, most } = listenTo(page);
  await moveTo(page, 0.5, 0.5);
  await page.waitForTimeout(200);
  expect(asked).toEqual([]); // in box mode a click selects: there is nothing to show

  await page.keyboard.press('w');
  for (let i = 0; i <= 30; ++i) await moveTo(page, 0.4 + i / 150, 0.5);
  await expect.poll(() => painted(page)).toBeGreaterThan(500);
  expect(most()).toBe(1);
  expect(asked.every(({ preview }) => preview)).toBe(true);
  await expect(page.getByRole('button', { name: 'Undo' })).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByTestId('score')).toHaveCount(0);

  const box = (await page.getByTestId('canvas').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y - 20); // over the toolbar
  await expect.poll(() => painted(page)).toBe(0);
  await moveTo(page, 0.6, 0.5);
  await expect.poll(() => painted(page)).toBeGreaterThan(500);
  await page.mouse.wheel(0, -240); // zooming ends it until the cursor moves
  await expect.poll(() => painted(page)).toBe(0);
  await page.keyboard.press('f');

  await page.keyboard.press('h');
  const before = asked.length;
  await moveTo(page, 0.55, 0.5);
  await page.waitForTimeout(200);
  expect(asked).toHaveLength(before);
  expect(await painted(page)).toBe(0);
  await page.reload();
  await expect(page.getByRole('button', { name: /mask under the cursor/ })).toHaveAttribute('aria-pressed', 'false');
});

test('the click gives the mask that was shown, beside previews on their way', async ({ page }) => {
  program = await startProgram({ model: smallModel });
  await opened(page, program.url);
  await choose(page, 'chelsea.jpg');
  await expect(page.locator('.status-bar .encoding.ready')).toBeVisible();
  await page.keyboard.press('w');
  const answers: { preview: boolean; rle: string }[] = [];
  page.on('response', async (response) => {
    if (!response.url().endsWith('/segment') || !response.ok()) return;
    const answer = (await response.json().catch(() => null)) as { candidates: { rle: string }[] } | null;
    if (answer === null) return; // of a preview that was given up meanwhile
    const { candidates } = answer;
    const { preview } = response.request().postDataJSON() as { preview?: boolean };
    answers.push({ preview: preview === true, rle: candidates[0]?.rle ?? '' });
  });
  await hover(page, [0.5, 0.4]);
  await expect.poll(() => answers.length).toBe(1);
  await click(page, [0.5, 0.4]);
  await offered(page);
  await chooseClass(page, 'cat');
  await page.keyboard.press('Enter');
  await annotations(page, 1);
  const clicked = answers.findLast(({ preview }) => !preview)!;
  const shown = answers.findLast(({ preview }) => preview)!;
  expect(shown.rle).toBe(clicked.rle);
  await page.keyboard.press('z'); // one step back is the added mask
  await annotations(page, 0);
});

test('the menu changes from the model to GrabCut and back; the mask on offer is the chosen one’s', async ({ page }) => {
  program = await startProgram({ model: smallModel });
  await opened(page, program.url);
  await choose(page, 'chelsea.jpg');
  await drag(page, [0.1, 0.08], [0.9, 0.95]);
  const score = await offered(page);
  const menu = page.getByTestId('predictor');
  await expect(menu).toHaveText(/SAM/);
  await menu.click();
  await page.getByRole('menuitemradio', { name: /GrabCut/ }).click();
  await expect(menu).toHaveText(/GrabCut/);
  await expect(page.getByRole('menu')).toBeHidden();
  await expect.poll(async () => offered(page)).not.toBe(score);
  await expect(page.locator('.status-bar .encoding.ready')).toBeVisible();
  await expect(page.getByRole('button', { name: /mask under the cursor/ })).toHaveAttribute('aria-pressed', 'false');
  await page.reload();
  await expect(menu).toHaveText(/GrabCut/); // it is the program's
  await menu.press('Enter');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(menu).toHaveText(/SAM/);
  await expect.poll(async () => offered(page)).toBe(score);
});
