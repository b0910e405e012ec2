// What keys must not do: reach the browser where the page has them, or undo what is stored while a gesture goes on.

import { expect, test, type Page } from '@playwright/test';
import { annotations, choose, opened } from './hand';
import { startProgram, type Program } from './program';
import { addShapes, PictureHand, rectangle } from './shapes';

const name = 'chelsea.jpg'; // 451 × 300

let program: Program;
let hand: PictureHand;

test.beforeEach(async ({ page }) => {
  program = await startProgram();
  await addShapes(page.request, program, name, [
    { polygon: [{ outer: rectangle(100, 60, 300, 220), holes: [] }] },
    { polygon: [{ outer: rectangle(340, 60, 420, 120), holes: [] }] },
  ]);
  hand = new PictureHand(page, program, name);
  await opened(page, program.url);
  await choose(page, name);
  await annotations(page, 2);
});

test.afterEach(async () => {
  await program.stop();
});

// A dialog lets no key out, so the events are kept on their way in and looked at once everybody has had them.
async function watchKeys(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: KeyboardEvent[] = [];
    window.addEventListener('keydown', (event) => seen.push(event), { capture: true });
    Object.assign(window, { seen });
  });
}

async function prevented(page: Page, key: string): Promise<boolean> {
  await page.keyboard.press(key);
  return page.evaluate(() => (window as unknown as { seen: KeyboardEvent[] }).seen.at(-1)!.defaultPrevented);
}

const browserKeys = ['F1', 'F2', 'F3', 'Control+s', 'Control+f', 'Control+o', 'Control+e', 'Alt+ArrowLeft', 'Alt+ArrowRight'];

async function keepsAll(page: Page, where: string): Promise<void> {
  for (const key of browserKeys) expect(await prevented(page, key), `${key} in ${where}`).toBe(true);
}

test('keys of the page that a browser would act on never reach it, whatever has the focus', async ({ page }) => {
  await watchKeys(page);
  const dialogs = [
    ['e', 'Export as'],
    ['?', 'Keys'],
    ['j', 'Jump to an image'],
    ['q', 'Quit'],
    ['Shift+S', 'Statistics'],
  ] as const;
  for (const [key, title] of dialogs) {
    await page.keyboard.press(key);
    const dialog = page.getByRole('dialog', { name: title });
    await expect(dialog).toBeVisible();
    await keepsAll(page, title);
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
  await page.keyboard.press('/');
  await expect(page.locator('#class-search')).toBeFocused();
  await page.keyboard.type('cat');
  for (const key of ['F1', 'F2', 'F3', 'Control+s', 'Control+f', 'Alt+ArrowLeft']) expect(await prevented(page, key), key).toBe(true);
  for (const key of ['Control+z', 'Control+a', 'Control+ArrowLeft', 'Backspace']) expect(await prevented(page, key), key).toBe(false);
  await page.keyboard.press('Escape');
  await page.keyboard.press('r');
  await page.keyboard.press('c');
  await expect(page.getByLabel('Note for the labeller')).toBeFocused();
  await keepsAll(page, 'a note');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('walk-bar')).toHaveCount(0);
  await page.keyboard.press('Shift+E');
  await expect(page.getByTestId('canvas')).toHaveAttribute('data-mode', 'vertices');
  expect(await prevented(page, 'Alt+ArrowLeft')).toBe(true);
  expect(await prevented(page, 'Alt+ArrowRight')).toBe(true);
  await annotations(page, 2);
  expect(await prevented(page, 'F9')).toBe(false); // of nobody
});

test('undo and redo put away the gesture that goes on, and nothing stored', async ({ page }) => {
  const edits: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/edits')) edits.push(request.postData() ?? '');
  });
  const before = await hand.stored();
  const from = await hand.at([300, 60]);
  const begun = async () => {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 40, from.y + 30, { steps: 3 });
  };
  const notDone = async () => {
    await page.mouse.move(from.x + 60, from.y + 50, { steps: 2 });
    await page.mouse.up();
    await page.waitForTimeout(300);
    expect(edits).toEqual([]);
    expect((await hand.stored()).annotations).toEqual(before.annotations);
  };
  for (const key of ['z', 'Control+z', 'y']) {
    await begun(); // a box
    await page.keyboard.press(key);
    await notDone();
    await expect(page.locator('.prompt-bar')).toContainText('Drag a box'); // there is no prompt
  }
  await hand.click([130, 200], ['Control']);
  await page.keyboard.press('Shift+E');
  await begun(); // a vertex
  await page.keyboard.down('z');
  await page.keyboard.down('z'); // held on
  await page.keyboard.up('z');
  await notDone();
  await page.keyboard.press('Shift+B');
  await begun(); // a stroke
  await page.keyboard.press('z');
  await notDone();
  await page.keyboard.press('z'); // no gesture goes on
  await annotations(page, 1);
});
