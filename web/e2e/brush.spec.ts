import { expect, test } from '@playwright/test';
import { annotations, chooseClass, opened, shows } from './hand';
import { startProgram, type Program } from './program';
import { addShapes, PictureHand, rectangle } from './shapes';

const name = 'coffee.jpg'; // 600 × 400

let program: Program;
let hand: PictureHand;

test.beforeEach(async ({ page }, { tags }) => {
  program = await startProgram();
  if (tags.includes('@objects')) {
    await addShapes(page.request, program, name, [
      { polygon: [{ outer: rectangle(100, 100, 104, 104), holes: [] }] },
      { polygon: [{ outer: rectangle(300, 100, 380, 180), holes: [] }] },
    ]);
  }
  hand = new PictureHand(page, program, name);
  await opened(page, program.url);
  await page.getByRole('option', { name }).click();
  await shows(page, name);
});

test.afterEach(async () => {
  await program.stop();
});

const area = async (index = 0) => (await hand.saved()).annotations[index]?.area ?? 0;

test('a stroke makes an object of the chosen class, the next goes onto it, Shift and the eraser take away', async ({
  page,
}) => {
  await chooseClass(page, 'cup');
  await page.keyboard.press('Shift+B');
  await hand.drag([100, 100], [200, 100]);
  await annotations(page, 1);
  const [line] = program.labels('coffee');
  expect(line).toBeDefined();
  const first = await area();
  await hand.drag([150, 60], [150, 140]);
  await expect.poll(() => area()).toBeGreaterThan(first);
  const second = await area();
  const middle = await hand.at([150, 130]);
  await page.keyboard.down('Shift');
  await page.mouse.click(middle.x, middle.y);
  await page.keyboard.up('Shift');
  await expect.poll(() => area()).toBeLessThan(second);
  const third = await area();
  await page.keyboard.press('Shift+X');
  await hand.drag([110, 100], [130, 100]);
  await expect.poll(() => area()).toBeLessThan(third);
  await annotations(page, 1);
  await page.reload();
  await annotations(page, 1);
  for (const wanted of [third, second, first]) {
    await page.keyboard.press('z');
    await expect.poll(() => area()).toBe(wanted);
  }
  await page.keyboard.press('z');
  await annotations(page, 0);
  expect(program.labels('coffee')).toHaveLength(0);
});

test('strokes one right after the other are all stored, also when the next image comes at once', async ({ page }) => {
  await page.keyboard.press('Shift+B');
  await hand.drag([100, 100], [140, 100]);
  await hand.drag([140, 100], [180, 120]);
  await hand.drag([180, 120], [220, 100]);
  await page.keyboard.press('n');
  await shows(page, 'coins.png');
  await expect.poll(async () => (await hand.stored()).annotations.length).toBe(1);
  const [painted] = (await hand.stored()).annotations;
  expect(painted!.box[0]).toBeLessThan(102);
  expect(painted!.box[2]).toBeGreaterThan(218);
});

test('sizes by keys and slider; a larger brush paints more; a new object begins when asked for', async ({ page }) => {
  await page.keyboard.press('Shift+B');
  const size = page.getByRole('slider', { name: 'Size of the brush' });
  const told = async () => Number.parseFloat((await size.getAttribute('aria-valuetext'))!);
  const before = await told();
  await hand.drag([100, 100], [200, 100]);
  await annotations(page, 1);
  for (let i = 0; i < 4; ++i) await page.keyboard.press('}');
  await expect.poll(told).toBeGreaterThan(2 * before);
  await page.keyboard.press('Shift+A');
  await hand.drag([100, 200], [200, 200]);
  await annotations(page, 2);
  expect(await area(1)).toBeGreaterThan(2 * (await area(0)));
  await size.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('{');
  await expect.poll(told).toBeLessThan(3 * before);
});

test(
  'the eraser takes the object it begins on, and an object without pixels is gone',
  { tag: '@objects' },
  async ({ page }) => {
    await annotations(page, 2);
    await page.keyboard.press('Shift+X');
    await hand.click([500, 300]);
    await expect(page.getByText('There is no object here to erase from')).toBeVisible();
    await hand.drag([340, 100], [340, 180]);
    await expect.poll(() => area(1)).toBeLessThan(6400);
    await page.keyboard.press('Escape');
    await hand.click([102, 102]);
    await page.keyboard.press('Shift+X');
    for (let i = 0; i < 4; ++i) await page.keyboard.press('}');
    await hand.drag([96, 102], [108, 102]);
    await annotations(page, 1);
  },
);

test('a finger paints, two zoom, and a stroke that two fingers began is not one', async ({ page }) => {
  await page.keyboard.press('Shift+B');
  const devtools = await page.context().newCDPSession(page);
  const touch = (
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    points: readonly { x: number; y: number; id: number }[],
  ) => devtools.send('Input.dispatchTouchEvent', { type, touchPoints: [...points] });
  const [a, b] = [await hand.at([200, 200]), await hand.at([260, 220])];
  await touch('touchStart', [{ ...a, id: 1 }]);
  await touch('touchMove', [{ x: (a.x + b.x) / 2, y: a.y, id: 1 }]);
  await touch('touchMove', [{ ...b, id: 1 }]);
  await touch('touchEnd', []);
  await annotations(page, 1);
  const painted = await area();

  const zoom = page.locator('.zoom');
  const before = await zoom.innerText();
  await touch('touchStart', [{ ...a, id: 1 }]);
  await touch('touchMove', [{ x: a.x + 5, y: a.y, id: 1 }]);
  await touch('touchStart', [
    { x: a.x + 5, y: a.y, id: 1 },
    { x: a.x + 105, y: a.y, id: 2 },
  ]);
  await touch('touchMove', [
    { x: a.x - 45, y: a.y, id: 1 },
    { x: a.x + 155, y: a.y, id: 2 },
  ]);
  await touch('touchEnd', []);
  await expect(zoom).not.toHaveText(before);
  await page.keyboard.press('f');
  expect(await area()).toBe(painted);
  await annotations(page, 1);
});
