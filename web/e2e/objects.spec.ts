import { expect, test } from '@playwright/test';
import { annotations, opened, shows } from './hand';
import { startProgram, type Program } from './program';
import { addShapes, PictureHand, rectangle, stored } from './shapes';

const name = 'coffee.jpg'; // 600 × 400

let program: Program;
let hand: PictureHand;

const speckled = [
  { outer: rectangle(100, 100, 200, 200), holes: [rectangle(140, 140, 160, 160)] },
  { outer: rectangle(220, 100, 224, 104), holes: [] },
];
const overlapping = [{ outer: rectangle(150, 150, 300, 300), holes: [] }];
const wavy = [
  {
    outer: Array.from({ length: 120 }, (_, i): [number, number] => [
      450 + 80 * Math.cos(i / 19.1),
      250 + 80 * Math.sin(i / 19.1),
    ]),
    holes: [],
  },
];

test.beforeEach(async ({ page }) => {
  program = await startProgram();
  await addShapes(page.request, program, name, [
    { polygon: speckled },
    { polygon: overlapping, class_id: 2 },
    { polygon: wavy },
  ]);
  hand = new PictureHand(page, program, name);
  await opened(page, program.url);
  await page.getByRole('option', { name }).click();
  await shows(page, name);
  await annotations(page, 3);
});

test.afterEach(async () => {
  await program.stop();
});

const areas = async () => (await hand.saved()).annotations.map(({ area }) => area);
const ids = async () => (await hand.saved()).annotations.map(({ id }) => id);

test('merge into the first, and undo says what it takes back', async ({ page }) => {
  const before = await areas();
  await hand.click([110, 110]);
  await hand.click([280, 280], ['Shift']);
  await page.getByRole('toolbar', { name: 'Object' }).getByRole('button', { name: /Merge/ }).click();
  await annotations(page, 2);
  const merged = (await hand.saved()).annotations[0]!;
  expect(merged.class_id).toBe(1);
  expect(merged.area).toBeLessThan(before[0]! + before[1]!);
  expect(merged.area).toBeGreaterThan(before[1]!);
  expect(program.labels('coffee').length).toBeGreaterThanOrEqual(2);
  await page.getByRole('button', { name: 'Undo: merging' }).click();
  await annotations(page, 3);
  expect(await areas()).toEqual(before);
  await expect(page.getByRole('button', { name: 'Redo: merging' })).toHaveAttribute('aria-disabled', 'false');
});

test('the others are taken from the one selected last', async ({ page }) => {
  const before = await areas();
  await hand.click([110, 110]);
  await hand.click([280, 280], ['Shift']);
  await page.keyboard.press('Shift+T');
  await expect.poll(async () => (await areas())[1]).toBeLessThan(before[1]!);
  expect((await areas())[0]).toBe(before[0]);
});

test('holes are filled, specks dropped under a limit that is shown before', async ({ page }) => {
  const before = await areas();
  await hand.click([110, 110]);
  await page.keyboard.press('Shift+O');
  await expect.poll(async () => (await areas())[0]).toBeGreaterThan(before[0]! + 300);
  const filled = (await areas())[0]!;
  await page.keyboard.press('Shift+K');
  const limit = page.getByRole('spinbutton', { name: /fewer pixels/ });
  await expect(limit).toBeFocused();
  await limit.fill('5');
  await expect(page.getByTestId('asking-effect')).toHaveText('0 pieces go');
  await limit.fill('64');
  await expect(page.getByTestId('asking-effect')).toHaveText('1 piece goes');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await areas())[0]).toBeLessThan(filled);
  expect((await hand.saved()).annotations[0]!.polygon).toHaveLength(1);
});

test('simplify shows how many vertices are left while the tolerance is chosen', async ({ page }) => {
  await hand.click([450, 250]);
  await page.keyboard.press('Shift+V');
  const effect = page.getByTestId('asking-effect');
  await expect(effect).toHaveText(/^120 → \d+ vertices$/);
  const told = async () => Number(/→ (\d+)/.exec(await effect.innerText())![1]);
  const few = await told();
  for (let i = 0; i < 5; ++i) await page.keyboard.press('ArrowRight');
  await expect.poll(told).toBeLessThan(few);
  await page.keyboard.press('Escape');
  expect((await hand.saved()).annotations[2]!.polygon[0]!.outer).toHaveLength(120);
  await page.keyboard.press('Shift+V');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await hand.saved()).annotations[2]!.polygon[0]!.outer.length).toBeLessThan(60);
});

test('the order of the list is that of drawing; a click reaches the smallest, again what lies beneath', async ({
  page,
}) => {
  const [a, b, c] = (await ids()) as [number, number, number];
  await hand.click([280, 280]);
  for (const [key, wanted] of [
    ['Shift+Home', [a, c, b]],
    ['Shift+PageDown', [a, b, c]],
    ['Shift+End', [b, a, c]],
    ['Shift+PageUp', [a, b, c]],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(ids).toEqual(wanted);
  }
  const list = page.getByRole('listbox', { name: 'Annotations' }).getByRole('option');
  await hand.click([180, 180]); // both cover it; the first is smaller
  await expect(list.nth(0)).toHaveAttribute('aria-selected', 'true');
  await hand.click([180, 180]);
  await expect(list.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(list.nth(0)).toHaveAttribute('aria-selected', 'false');
  await hand.click([170, 170], ['Alt']);
  await expect(list.nth(0)).toHaveAttribute('aria-selected', 'true');
});

test('copies come to the next image, which is shown with them selected', async ({ page }) => {
  await hand.click([110, 110]);
  await hand.click([280, 280], ['Shift']);
  await page.keyboard.press('Shift+D');
  await shows(page, 'coins.png');
  await annotations(page, 2);
  await expect(page.getByRole('toolbar', { name: 'Object' })).toContainText('2 selected');
  expect((await stored(page.request, program, 'coins.png')).annotations.map(({ class_id }) => class_id)).toEqual([
    1, 2,
  ]);
  expect(program.labels('coins').length).toBeGreaterThanOrEqual(2);
  await page.keyboard.press('z');
  await annotations(page, 0);
  expect((await hand.stored()).annotations).toHaveLength(3);
});

test('everything by keys alone: all are selected and merged', async ({ page }) => {
  await page.keyboard.press('Control+Shift+A');
  await expect(page.getByRole('toolbar', { name: 'Object' })).toContainText('3 selected');
  const merge = page.getByRole('toolbar', { name: 'Object' }).getByRole('button', { name: /Merge/ });
  await merge.focus();
  await page.keyboard.press('Enter');
  await annotations(page, 1);
});
