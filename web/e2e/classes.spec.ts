import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { addBox, annotations, choose, chooseClass, opened } from './hand';
import { startProgram, type Program } from './program';

let program: Program;

test.beforeEach(async () => {
  program = await startProgram();
});

test.afterEach(async () => {
  await program.stop();
});

const classFile = () => readFileSync(join(program.folder, 'classes.csv'), 'utf8').trim().split(/\r?\n/).slice(1);
const list = (page: Page) => page.getByRole('listbox', { name: 'Classes' });

async function edit(page: Page, change: 'Add' | 'Rename' | 'Merge', act: (page: Page) => Promise<void>): Promise<void> {
  await page.keyboard.press('Shift+C');
  await page.getByRole('radio', { name: change }).click();
  await act(page);
  const before = classFile();
  await page.getByRole('button', { name: 'Show what changes' }).click();
  await expect(page.getByTestId('changes')).toBeVisible();
  expect(classFile()).toEqual(before); // only looked
  await page.getByRole('dialog').getByRole('button', { name: new RegExp(`^${change} “`) }).click();
}

test('a class is added, renamed and merged, each after a look at what changes', async ({ page }) => {
  const first = classFile();
  await opened(page, program.url);
  await choose(page, 'chelsea.jpg');
  await addBox(page, [0.1, 0.1], [0.9, 0.9], 'cat');
  await annotations(page, 1);

  await edit(page, 'Add', () => page.getByLabel('Name of the new class').fill('animal/lynx'));
  await expect(page.getByRole('tree', { name: 'Classes' })).toContainText('lynx');
  expect(classFile()).toEqual([...first, 'animal/lynx']);
  const chosen = page.getByRole('tree', { name: 'Classes' }).getByRole('treeitem', { selected: true }).first();
  await expect(chosen).toHaveAttribute('title', /animal\/lynx/); // the new one

  await page.getByRole('treeitem', { name: /^cat\b/ }).first().click();
  await edit(page, 'Rename', () => page.getByLabel('New name').fill('kitten'));
  await expect(page.getByRole('listbox', { name: 'Annotations' })).toContainText('kitten');
  expect(classFile()).toContain('kitten');
  await expect(chosen).toHaveAttribute('title', /kitten/); // under its new name

  await edit(page, 'Merge', async () => {
    await page.getByRole('combobox', { name: 'Class', exact: true }).fill('kitten');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Into the class' }).fill('lynx');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('changes')).toContainText('1 object changes to “animal/lynx”, on 1 image');
    await page.getByRole('combobox', { name: 'Into the class' }).fill('lynx'); // asked anew
    await page.keyboard.press('Enter');
  });
  await expect(page.getByRole('listbox', { name: 'Annotations' })).toContainText('animal/lynx');
  await expect.poll(classFile).toEqual([...first.filter((name) => name !== 'cat'), 'animal/lynx']);
  await expect(chosen).toHaveAttribute('title', /animal\/lynx/); // what it was merged into
  const written = Number(program.labels('chelsea')[0]!.split(' ')[0]);
  expect(classFile()[written]).toBe('animal/lynx');
});

test('the search chooses nothing before Enter, and a merge goes by Enter alone', async ({ page }) => {
  await opened(page, program.url);
  const chosen = list(page).locator('[aria-selected="true"]').first();
  await chooseClass(page, 'cup');
  await page.keyboard.press('/');
  await page.keyboard.type('rock');
  await expect(list(page).getByRole('option')).toHaveText([/rocket/]);
  await page.keyboard.press('Escape');
  await expect(chosen).toContainText('cup');
  await page.keyboard.press('/');
  await page.keyboard.type('rock');
  await page.keyboard.press('Enter');
  await expect(chosen).toContainText('rocket');

  await page.keyboard.press('Shift+C');
  await page.getByRole('radio', { name: 'Merge' }).click();
  await page.getByRole('combobox', { name: 'Into the class' }).focus();
  await page.keyboard.type('flag');
  await page.keyboard.press('Enter'); // the class
  await page.keyboard.press('Enter'); // what it changes
  await expect(page.getByTestId('changes')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect.poll(classFile).not.toContain('rocket');
});

test('on a small screen the last part of a long name is whole, and the groups are in sight below the nine', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await opened(page, program.url);
  await edit(page, 'Add', () => page.getByLabel('Name of the new class').fill('living things/animals/mammals/short-tailed shrew'));
  const tree = page.getByRole('tree', { name: 'Classes' });
  await expect(tree).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('shrew');
  await page.keyboard.press('Enter');
  await page.keyboard.press('*');
  const leaf = tree.locator('.leaf').first();
  await expect(leaf).toHaveText('/short-tailed shrew');
  expect(await leaf.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
  const [rows, list] = [tree.getByRole('treeitem'), (await tree.boundingBox())!];
  const tenth = (await rows.nth(9).boundingBox())!;
  expect(tenth.y + tenth.height).toBeLessThanOrEqual(list.y + list.height);
});

test('a name that is taken is refused with the reason, before anything changes', async ({ page }) => {
  await opened(page, program.url);
  const before = classFile();
  await page.keyboard.press('Shift+C');
  await page.getByLabel('Name of the new class').fill('cat');
  await page.getByRole('button', { name: 'Show what changes' }).click();
  await expect(page.getByRole('dialog').locator('.refused')).toContainText('cat');
  expect(classFile()).toEqual(before);
});

test('a pinned class is on key 1, also after a reload', async ({ page }) => {
  await opened(page, program.url);
  const last = classFile().at(-1)!;
  await chooseClass(page, last);
  await page.keyboard.press('*');
  await expect(list(page).getByRole('option').first()).toContainText(last);
  await page.waitForTimeout(800); // written a moment later
  await page.reload();
  await expect(list(page).getByRole('option').first()).toContainText(last);
  await page.keyboard.press('2');
  await expect(list(page).getByRole('option').nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('1');
  await expect(list(page).getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
});
