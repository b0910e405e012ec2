// Keys that come before the page is ready for them: whoever knows the next step does not wait to see the one before.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { addBox, annotations, choose, chooseClass, click, drag, offered, opened } from './hand';
import { smallModel, startProgram, type Program } from './program';

const name = 'coffee.jpg';

let program: Program;

test.beforeEach(async ({ page }) => {
  program = await startProgram({ model: smallModel });
  await opened(page, program.url);
  await choose(page, name);
  await expect(page.locator('.status-bar .encoding.ready')).toBeVisible();
});

test.afterEach(async () => {
  await program.stop();
});

interface Stored {
  readonly annotations: readonly {
    readonly id: number;
    readonly class_id: number;
    readonly mask: { readonly counts: string };
    readonly prompt: { readonly boxes: readonly unknown[]; readonly points: readonly unknown[] };
  }[];
}

function stored(): Stored['annotations'] {
  return (JSON.parse(readFileSync(join(program.folder, 'annotations', `${name}.json`), 'utf8')) as Stored).annotations;
}

const labelled = () => program.labels('coffee').map((line) => Number(line.split(' ')[0]));
const bar = (page: Page) => page.getByTestId('prompt-bar');

// Answers to prompts come when release() lets them. Returns it, and how many were asked for.
async function holdAnswers(page: Page): Promise<{ readonly release: () => void; readonly asked: () => number }> {
  let asked = 0;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/segment', async (route) => {
    if ((route.request().postDataJSON() as { preview?: boolean }).preview !== true) ++asked;
    await released;
    await route.continue().catch(() => undefined); // the page may have given it up
  });
  return { release, asked: () => asked };
}

test('Enter before the answer adds the mask when it comes, once, with the class chosen', async ({ page }) => {
  await chooseClass(page, 'cup');
  const answers = await holdAnswers(page);
  await drag(page, [0.2, 0.1], [0.75, 0.92]);
  await expect.poll(answers.asked).toBe(1);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter'); // a second one has nothing to add
  await expect(bar(page)).toHaveAttribute('data-state', 'computing');
  await page.waitForTimeout(300);
  expect(program.labels('coffee')).toEqual([]);
  answers.release();
  await annotations(page, 1);
  await expect(bar(page)).toHaveCount(0); // nothing is on offer any more
  await expect.poll(labelled).toEqual([3]);
  await page.waitForTimeout(500);
  expect(labelled()).toEqual([3]);
});

test('what is begun after an early Enter is the next mask', async ({ page }) => {
  await chooseClass(page, 'cup');
  await page.keyboard.press('w');
  const answers = await holdAnswers(page);
  await click(page, [0.45, 0.5]);
  await expect.poll(answers.asked).toBe(1);
  await page.keyboard.press('Enter');
  await click(page, [0.1, 0.9]);
  answers.release();
  await annotations(page, 1);
  await offered(page);
  await page.keyboard.press('Enter');
  await annotations(page, 2);
  await expect.poll(() => stored().map(({ prompt }) => prompt.points.length)).toEqual([1, 1]);
});

test('Escape takes an early Enter back', async ({ page }) => {
  const answers = await holdAnswers(page);
  await drag(page, [0.2, 0.1], [0.75, 0.92]);
  await expect.poll(answers.asked).toBe(1);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  answers.release();
  await page.waitForTimeout(1000);
  await annotations(page, 0);
  expect(program.labels('coffee')).toEqual([]);
});

test('z right after ; leaves the re-prompt, and takes nothing stored back', async ({ page }) => {
  await addBox(page, [0.2, 0.1], [0.75, 0.92], 'cup');
  await annotations(page, 1);
  const before = stored();
  const edits: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/edits')) edits.push(request.postData() ?? '');
  });
  const answers = await holdAnswers(page);
  await page.keyboard.press('.');
  await page.keyboard.press(';');
  await page.keyboard.press('z'); // before there is an answer
  await expect(bar(page)).toHaveCount(0);
  answers.release();
  await page.keyboard.press(';');
  await offered(page);
  await page.keyboard.press('z'); // and after
  await expect(bar(page)).toHaveCount(0);
  await page.waitForTimeout(500);
  expect(edits).toEqual([]);
  expect(stored()).toEqual(before);
  await page.keyboard.press('z');
  await annotations(page, 0);
});

test('a class chosen during ; is stored with the new mask, in one step of undo', async ({ page }) => {
  await addBox(page, [0.2, 0.1], [0.75, 0.92], 'cup');
  await annotations(page, 1);
  const [before] = stored();
  await page.keyboard.press('.');
  await page.keyboard.press(';');
  await offered(page);
  await page.keyboard.press('w');
  await click(page, [0.3, 0.2], 'right');
  await offered(page);
  await page.keyboard.press('2'); // cat
  await expect(bar(page)).toContainText('cat');
  await page.keyboard.press('Enter');
  await expect.poll(labelled).toEqual([1]);
  await annotations(page, 1);
  const [after] = stored();
  expect(after).toMatchObject({ id: before!.id, class_id: 1 });
  expect(after!.mask.counts).not.toBe(before!.mask.counts);
  await page.keyboard.press('z');
  await expect.poll(() => stored()[0]).toMatchObject({ id: before!.id, class_id: 3, mask: before!.mask, prompt: before!.prompt });
  await expect.poll(labelled).toEqual([3]);
});

test('a class chosen and Enter pressed right after ;, before the answer, both count', async ({ page }) => {
  await addBox(page, [0.2, 0.1], [0.75, 0.92], 'cup');
  await annotations(page, 1);
  const answers = await holdAnswers(page);
  await page.keyboard.press('.');
  await page.keyboard.press(';');
  await page.keyboard.press('2');
  await page.keyboard.press('Enter');
  answers.release();
  await expect.poll(labelled).toEqual([1]);
  await annotations(page, 1);
  expect(stored().map(({ class_id }) => class_id)).toEqual([1]);
});
