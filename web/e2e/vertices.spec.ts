import { expect, test } from '@playwright/test';
import { annotations, opened, shows } from './hand';
import { startProgram, type Program } from './program';
import { addShapes, PictureHand, rectangle, verticesOf } from './shapes';

const name = 'chelsea.jpg'; // 451 × 300

let program: Program;
let hand: PictureHand;

test.beforeEach(async ({ page }) => {
  program = await startProgram();
  await addShapes(page.request, program, name, [
    {
      polygon: [
        { outer: rectangle(100, 60, 300, 220), holes: [rectangle(180, 120, 220, 160)] },
        { outer: rectangle(340, 60, 420, 120), holes: [] },
      ],
    },
  ]);
  hand = new PictureHand(page, program, name);
  await opened(page, program.url);
  await page.getByRole('option', { name }).click();
  await shows(page, name);
  await annotations(page, 1);
  await hand.click([130, 200]);
  await page.keyboard.press('Shift+E');
});

test.afterEach(async () => {
  await program.stop();
});

async function outer(part = 0): Promise<readonly (readonly [number, number])[]> {
  return (await hand.saved()).annotations[0]!.polygon[part]!.outer;
}

test('a dragged vertex is in the label file, and back after undo, also after a reload', async ({ page }) => {
  const before = program.labels('chelsea');
  await hand.drag([300, 60], [325, 40]);
  await expect.poll(async () => (await outer())[1]!.map(Math.round)).toEqual([325, 40]);
  const picture = await hand.stored();
  const line = verticesOf(program.labels('chelsea')[0]!, picture);
  expect(line.some(([x, y]) => Math.abs(x - 325) < 1 && Math.abs(y - 40) < 1)).toBe(true);
  await page.reload();
  await annotations(page, 1);
  await expect(page.getByRole('button', { name: 'Undo: changing an outline' })).toBeEnabled();
  await page.keyboard.press('z');
  await expect.poll(() => program.labels('chelsea')).toEqual(before);
  await page.keyboard.press('y');
  await expect.poll(async () => (await outer())[1]!.map(Math.round)).toEqual([325, 40]);
});

test('holes and further parts: their vertices move, edges get new ones, Alt takes one away', async ({ page }) => {
  await hand.drag([220, 160], [230, 170]);
  await expect
    .poll(async () => (await hand.saved()).annotations[0]!.polygon[0]!.holes[0]?.[2]?.map(Math.round))
    .toEqual([230, 170]);
  await hand.drag([380, 120], [380, 150]); // the middle of an edge of the second part
  await expect.poll(async () => (await outer(1)).length).toBe(5);
  const { x, y } = await hand.at([300, 180]);
  await page.mouse.dblclick(x, y);
  await expect.poll(async () => (await outer()).length).toBe(5);
  await hand.click([340, 60], ['Alt']);
  await expect.poll(async () => (await outer(1)).length).toBe(4);
});

test('several chosen with a band are deleted with Delete; an outline keeps three', async ({ page }) => {
  await hand.drag([90, 50], [310, 80]);
  await expect(page.getByTestId('tool-strip')).toContainText('2 vertices chosen');
  await page.keyboard.press('Delete');
  await expect(page.getByText('An outline keeps three vertices at least')).toBeVisible();
  expect(await outer()).toHaveLength(4);
  await page.keyboard.press('Escape'); // lets go of the vertices; the tool stays
  await hand.click([340, 60]);
  await page.keyboard.press('Delete');
  await expect.poll(async () => (await outer(1)).length).toBe(3);
  await annotations(page, 1);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('canvas')).toHaveAttribute('data-mode', 'box');
});

test('a refused change is told and taken back, Esc and another picture leave nothing half done', async ({ page }) => {
  const before = await outer();
  const full = { type: 'about:blank', title: 'The disk is full', status: 507, detail: 'Nothing was changed.' };
  await page.route('**/edits', (route) =>
    route.fulfill({ status: 507, contentType: 'application/problem+json', json: full }),
  );
  await hand.drag([300, 60], [325, 40]);
  await expect(page.getByText('The disk is full')).toBeVisible();
  await page.unroute('**/edits');
  const at = await hand.at([300, 60]);
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x + 30, at.y + 30, { steps: 3 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  expect((await hand.stored()).annotations[0]!.polygon[0]!.outer).toEqual(before);
  await hand.drag([300, 60], [310, 50]);
  await page.keyboard.press('n'); // at once: the change is stored on its own image
  await shows(page, 'coffee.jpg');
  await expect.poll(async () => (await outer())[1]!.map(Math.round)).toEqual([310, 50]);
});

test('by keys alone: a vertex is chosen, moved and deleted', async ({ page }) => {
  await page.keyboard.press('<'); // the last one, of the second part
  await expect(page.getByTestId('tool-strip')).toContainText('1 vertex chosen');
  for (let i = 0; i < 3; ++i) await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(async () => (await outer(1))[3]![1]).toBeLessThan(119.5);
  await page.keyboard.press('Delete');
  await expect.poll(async () => (await outer(1)).length).toBe(3);
});
