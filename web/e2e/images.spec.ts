import { expect, test, type Page } from '@playwright/test';
import { addBox, annotations, choose, opened, shows } from './hand';
import { brokenName, startProgram, type Program } from './program';

let program: Program;

test.beforeEach(async () => {
  program = await startProgram();
});

test.afterEach(async () => {
  await program.stop();
});

const rows = (page: Page) => page.getByRole('listbox', { name: 'Images' }).getByRole('option');
const state = (page: Page, name: string) =>
  page.getByRole('dialog', { name: 'Which images are listed' }).getByRole('button', { name: new RegExp(`^${name}`) });

test('a filter lists what passes, n and p stay among that, and a chip takes it away', async ({ page }) => {
  await opened(page, program.url);
  for (const name of ['chelsea.jpg', 'coins.png']) {
    await choose(page, name);
    await addBox(page, [0.2, 0.2], [0.7, 0.8], 'cat');
    await annotations(page, 1);
  }
  await page.keyboard.press('Shift+F');
  await expect(state(page, 'New')).toContainText('4');
  await expect(state(page, 'Broken')).toContainText('1');
  await state(page, 'Labelled').click();
  await expect(rows(page)).toHaveText([/chelsea\.jpg/, /coins\.png/]);
  await page.keyboard.press('Escape');

  await page.keyboard.press('p');
  await shows(page, 'chelsea.jpg');
  await page.keyboard.press('p');
  await expect(page.locator('.toast')).toContainText('passes the filter');
  await page.keyboard.press('n');
  await shows(page, 'coins.png');

  await page.reload();
  await shows(page, 'coins.png');
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Remove from the filter: Labelled' }).click();
  await expect(rows(page)).toHaveCount(7);
});

test('by class, number of objects and name', async ({ page }) => {
  await opened(page, program.url);
  await choose(page, 'coffee.jpg');
  await addBox(page, [0.2, 0.2], [0.7, 0.8], 'cup');
  await annotations(page, 1);
  await choose(page, 'coins.png');
  await addBox(page, [0.05, 0.05], [0.3, 0.35], 'coin');
  await addBox(page, [0.5, 0.5], [0.8, 0.8], 'coin');
  await annotations(page, 2);

  await page.keyboard.press('Shift+F');
  await page.getByRole('combobox', { name: 'With an object of the class' }).fill('cup');
  await page.keyboard.press('Enter');
  await expect(rows(page)).toHaveText([/coffee\.jpg/]);
  await page.getByRole('button', { name: 'Show all', exact: true }).click();
  await page.getByRole('textbox', { name: 'at least' }).fill('2');
  await expect(rows(page)).toHaveText([/coins\.png/]);
  await page.getByRole('textbox', { name: 'at least' }).fill('');
  await page.getByRole('textbox', { name: 'Part of the name' }).fill('CO');
  await expect(rows(page)).toHaveText([/coffee\.jpg/, /coins\.png/]);
});

test('the next image without labels, and a row that stays until another image is opened', async ({ page }) => {
  await opened(page, program.url);
  await choose(page, 'chelsea.jpg');
  await addBox(page, [0.2, 0.2], [0.7, 0.8], 'cat');
  await annotations(page, 1);
  await choose(page, 'astronaut.jpg');
  await page.keyboard.press('Shift+N'); // chelsea has labels, and the broken one cannot be opened
  await shows(page, 'coffee.jpg');

  await page.keyboard.press('Shift+F');
  await state(page, 'New').click();
  await expect(rows(page)).toHaveCount(5);
  await page.keyboard.press('Escape');
  await addBox(page, [0.2, 0.2], [0.7, 0.8], 'cup');
  await annotations(page, 1);
  await expect(rows(page)).toHaveCount(5);
  await page.keyboard.press('n');
  await shows(page, 'coins.png');
  await expect(rows(page)).toHaveCount(4);
});

test('jumping: what is typed is looked up, and Enter opens it', async ({ page }) => {
  await opened(page, program.url);
  const suggestions = page.getByRole('dialog').getByRole('option');
  await page.keyboard.press('j');
  await page.keyboard.type('co');
  await expect(suggestions).toHaveText([/coffee\.jpg/, /coins\.png/]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await shows(page, 'coins.png');

  await page.keyboard.press('j');
  await page.keyboard.type('7');
  await expect(suggestions).toHaveText([/rocket\.jpg/]);
  await page.keyboard.press('Enter');
  await shows(page, 'rocket.jpg');

  await page.keyboard.press('j');
  await page.keyboard.type('99999');
  await expect(page.getByRole('dialog')).toContainText('No image has this number or name');
  await page.keyboard.press('Escape');

  await page.keyboard.press('j');
  await page.keyboard.type(brokenName);
  await expect(suggestions).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Escape');
  await shows(page, 'rocket.jpg');
});

test('small pictures in place of rows, also after a reload; progress is in sight', async ({ page }) => {
  await opened(page, program.url);
  await page.keyboard.press('Shift+I');
  await expect(page.locator('.image-cell')).toHaveCount(7);
  await page.getByRole('option', { name: 'rocket.jpg' }).click();
  await shows(page, 'rocket.jpg');
  await addBox(page, [0.2, 0.2], [0.7, 0.8], 'rocket');
  await annotations(page, 1);
  await expect(page.getByTestId('progress')).toContainText('1 of 6 labelled');
  await page.getByTestId('progress').click();
  await expect(page.getByRole('dialog', { name: 'Progress' })).toContainText('Broken');
  await page.keyboard.press('Escape');
  await page.reload();
  await expect(page.locator('.image-cell.current')).toContainText('rocket.jpg');
});

test('each opening of the filter takes what is typed, and after Esc the next key is the page’s at once', async ({ page }) => {
  await opened(page, program.url, 'astronaut.jpg');
  const name = page.getByRole('textbox', { name: 'Part of the name' });
  const open = [
    () => page.keyboard.press('Shift+F'),
    () => page.keyboard.press('Control+f'),
    () => page.getByTestId('filter').click(),
  ];
  for (const [i, act] of open.entries()) {
    await act();
    await page.keyboard.type('f');
    await expect(name).toHaveValue('f'.repeat(i + 1));
    await expect(name).toBeFocused();
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('Shift+F');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await expect(rows(page)).toHaveCount(7);
  // Both within a frame, as a hand that knows them is.
  await page.evaluate(() => {
    const press = (key: string) =>
      document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    press('Escape');
    press('n');
  });
  await shows(page, 'chelsea.jpg');
});
