import { expect, test, type Page } from '@playwright/test';
import { addBox, annotations, choose, opened, shows } from './hand';
import { pictureOf, put, type Put } from './put';
import { startProgram, type Program } from './program';

let program: Program;

test.beforeEach(async () => {
  program = await startProgram();
});

test.afterEach(async () => {
  await program.stop();
});

const cat = 'chelsea.jpg';
const cup = 'coffee.jpg';
const bar = (page: Page) => page.getByTestId('walk-bar');
const reviews = async (page: Page, name: string) =>
  (await pictureOf(page, program.url, name)).annotations.map(({ review = '' }) => review);
const rows = (page: Page) => page.getByRole('listbox', { name: 'Annotations' }).getByRole('option');

const three: readonly Put[] = [
  { box: [0.1, 0.1, 0.3, 0.3], classId: 1, score: 0.9, review: 'proposed' },
  { box: [0.5, 0.5, 0.7, 0.8], classId: 2, score: 0.2, review: 'proposed' },
  { box: [0.4, 0.1, 0.5, 0.2], classId: 1, score: 0.6, review: 'proposed' },
];

test('proposals are walked from the least certain on, one key each, over images; undo comes back', async ({ page }) => {
  await put(page, program.url, cat, three);
  await put(page, program.url, cup, [{ box: [0.2, 0.2, 0.6, 0.6], score: 0.5, review: 'proposed' }]);
  await opened(page, program.url);
  await choose(page, cat);
  await page.keyboard.press('Shift+W');
  await expect(bar(page)).toContainText('1 of 3');
  await expect(page.getByTestId('walk-score')).toHaveText('20 %');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('walk-score')).toHaveText('60 %');
  expect(await reviews(page, cat)).toEqual(['proposed', 'accepted', 'proposed']);
  await page.keyboard.press('x');
  await expect(page.getByTestId('walk-score')).toHaveText('90 %');
  await annotations(page, 2);
  await page.keyboard.press('z');
  await expect(page.getByTestId('walk-score')).toHaveText('60 %');
  await annotations(page, 3);
  await page.keyboard.press('x');
  await expect(page.getByTestId('walk-score')).toHaveText('90 %');
  await page.keyboard.press('Enter');
  await shows(page, cup);
  await expect(page.getByTestId('walk-score')).toHaveText('50 %');
  await page.keyboard.press('z');
  await shows(page, cat);
  await expect(page.getByTestId('walk-score')).toHaveText('90 %');
  await page.keyboard.press('Enter');
  await shows(page, cup);
  await expect(page.getByTestId('walk-score')).toHaveText('50 %');
  await page.keyboard.press('Enter');
  await expect(bar(page)).toHaveCount(0);
  expect(await reviews(page, cat)).toEqual(['accepted', 'accepted']);
});

test('all proposals above a score are accepted at once, after a look at how many', async ({ page }) => {
  await put(page, program.url, cat, three);
  await opened(page, program.url);
  await choose(page, cat);
  await page.keyboard.press('Shift+W');
  await expect(bar(page)).toContainText('1 of 3');
  await page.keyboard.press('k');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('slider').fill('0.5');
  await expect(dialog).toContainText('2 of 3 proposals');
  await page.keyboard.press('Enter');
  await expect(bar(page)).toContainText('1 of 1');
  expect(await reviews(page, cat)).toEqual(['accepted', 'proposed', 'accepted']);
});

test('all proposals above a score on all images: how far that is, and what it came to', async ({ page }) => {
  await put(page, program.url, cat, three);
  await put(page, program.url, cup, three);
  await opened(page, program.url);
  await choose(page, cat);
  await page.keyboard.press('Shift+W');
  await page.keyboard.press('k');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('slider').fill('0.5');
  await dialog.getByRole('radio', { name: 'All images' }).check();
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('progressbar', { name: 'All images' })).toHaveAttribute('aria-valuenow', '100');
  await expect(dialog.getByRole('status')).toContainText('4');
  await page.keyboard.press('Escape');
  for (const name of [cat, cup]) expect(await reviews(page, name)).toEqual(['accepted', 'proposed', 'accepted']);
});

test('a proposal is fixed: prompted again, and the walk goes on with the next', async ({ page }) => {
  await put(page, program.url, cat, three);
  await opened(page, program.url);
  await choose(page, cat);
  await page.keyboard.press('Shift+W');
  await expect(page.getByTestId('walk-score')).toHaveText('20 %');
  await page.keyboard.press('f');
  await expect(bar(page)).toContainText('Fixing');
  await expect(page.getByTestId('score')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('walk-score')).toHaveText('60 %');
  await expect.poll(() => reviews(page, cat)).toEqual(['proposed', 'accepted', 'proposed']);
});

test('a review accepts, rejects with a note, marks the image and goes on; the note is in the mend list', async ({ page }) => {
  await put(page, program.url, cat, [{ box: [0.1, 0.1, 0.3, 0.3], classId: 1 }, { box: [0.5, 0.5, 0.7, 0.8] }]);
  await put(page, program.url, cup, [{ box: [0.2, 0.2, 0.6, 0.6] }]);
  await opened(page, program.url);
  await choose(page, cat);
  await page.keyboard.press('r');
  await expect(bar(page)).toContainText('1 of 2');
  await page.keyboard.press('Enter');
  await expect(bar(page)).toContainText('2 of 2');
  await page.keyboard.press('x');
  await page.keyboard.type('the tail is missing');
  await page.keyboard.press('Enter');
  await shows(page, cup);
  expect(await pictureOf(page, program.url, cat)).toMatchObject({
    reviewed: true,
    annotations: [{ review: 'accepted' }, { review: 'rejected', note: 'the tail is missing' }],
  });
  await page.keyboard.press('Escape');
  await expect(bar(page)).toHaveCount(0);

  await page.keyboard.press('Shift+R');
  await page.getByRole('dialog').getByRole('button', { name: 'the tail is missing' }).click();
  await shows(page, cat);
  await expect(bar(page)).toContainText('the tail is missing');
  await page.keyboard.press('Enter');
  await expect(bar(page)).toHaveCount(0);
  expect(await reviews(page, cat)).toEqual(['accepted', '']);
});

test('masks are hidden while H is held, and s and w do in a review what they always do', async ({ page }) => {
  await put(page, program.url, cat, [{ box: [0.1, 0.1, 0.6, 0.6] }]);
  await opened(page, program.url);
  await choose(page, cat);
  await page.keyboard.press('r');
  await expect(bar(page)).toContainText('1 of 1');
  await page.waitForTimeout(500); // the view has come to rest
  const canvas = page.getByTestId('canvas');
  const shown = await canvas.screenshot();
  await page.keyboard.down('h');
  await page.waitForTimeout(100);
  const bare = await canvas.screenshot();
  await page.keyboard.up('h');
  await page.waitForTimeout(100);
  expect(bare.equals(shown)).toBe(false);
  expect((await canvas.screenshot()).equals(shown)).toBe(true);
  const mode = await canvas.getAttribute('data-mode');
  await page.keyboard.press('w');
  await expect(canvas).not.toHaveAttribute('data-mode', mode!);
  const saved = page.waitForRequest((request) => request.url().endsWith('/save'));
  await page.keyboard.press('s');
  await saved;
  await expect(bar(page)).toContainText('1 of 1');
});

test('an image is marked as reviewed and as faulty by key and by button, also after a reload', async ({ page }) => {
  await opened(page, program.url);
  await choose(page, cat);
  await page.keyboard.press('Shift+Enter');
  const reviewed = page.getByRole('button', { name: 'Mark this image as reviewed' });
  await expect(reviewed).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Mark this image as faulty' }).click();
  await expect.poll(async () => (await pictureOf(page, program.url, cat)).faulty).toBe(true);
  await page.reload();
  await shows(page, cat);
  await expect(reviewed).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('!');
  await expect.poll(async () => (await pictureOf(page, program.url, cat)).faulty).toBe(false);
});

test('annotations are selected one by one, as a range and by keys; a hidden one is not hit', async ({ page }) => {
  const boxes = [0.05, 0.25, 0.45, 0.65].map((x): Put => ({ box: [x, 0.4, x + 0.15, 0.6] }));
  await put(page, program.url, cat, boxes);
  await opened(page, program.url);
  await choose(page, cat);
  await annotations(page, 4);
  const selected = () => rows(page).evaluateAll((all) => all.map((row) => row.getAttribute('aria-selected') === 'true'));
  await rows(page).nth(0).click();
  await rows(page).nth(2).click({ modifiers: ['Shift'] });
  expect(await selected()).toEqual([true, true, true, false]);
  await rows(page).nth(1).click({ modifiers: ['Control'] });
  expect(await selected()).toEqual([true, false, true, false]);
  await rows(page).nth(1).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  expect(await selected()).toEqual([true, true, false, false]);
  await expect(rows(page).nth(1)).toBeFocused();
  await page.keyboard.press('Shift+H');
  await expect(rows(page).nth(1)).toHaveClass(/hidden/);
  await expect(rows(page).nth(3)).not.toHaveClass(/hidden/);
});

test('an object carries the time that was spent on it', async ({ page }) => {
  await opened(page, program.url);
  await choose(page, cat);
  await addBox(page, [0.1, 0.1], [0.9, 0.9], 'cat');
  await annotations(page, 1);
  const [made] = (await pictureOf(page, program.url, cat)).annotations;
  expect(made!.seconds).toBeGreaterThan(0);
  expect(made!.seconds).toBeLessThan(60);
});
