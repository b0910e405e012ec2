// What a person does on the page. Positions are fractions of the picture.

import { expect, type Page } from '@playwright/test';
import { fit, toScreen } from '../src/geometry/viewport';
import type { Picture } from '../src/model/wire';

type Spot = readonly [x: number, y: number];

export async function opened(page: Page, url: string, name?: string): Promise<void> {
  await page.goto(url);
  await shows(page, name ?? /./);
}

// Over a reload, but which window it is.
export function remembersNothing(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    for (const key of Object.keys(sessionStorage)) if (key !== 'sam-annotator.window') sessionStorage.removeItem(key);
  });
}

export function shows(page: Page, name: string | RegExp): Promise<void> {
  return expect(page.getByTestId('canvas')).toHaveAttribute('data-picture', name);
}

// Chooses a picture in the list.
export async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('option', { name }).click();
  await shows(page, name);
}

// The place on the screen of a spot of the fitted picture.
async function place(page: Page, spot: Spot): Promise<{ x: number; y: number }> {
  const canvas = page.getByTestId('canvas');
  const name = await canvas.getAttribute('data-picture');
  const answer = await page.request.get(new URL(`/api/v1/images/${encodeURIComponent(name!)}`, page.url()).href);
  const picture = (await answer.json()) as Picture;
  const box = (await canvas.boundingBox())!;
  const at = toScreen(fit(picture, box), { x: spot[0] * picture.width, y: spot[1] * picture.height });
  return { x: box.x + at.x, y: box.y + at.y };
}

export async function drag(page: Page, from: Spot, to: Spot): Promise<void> {
  const [a, b] = [await place(page, from), await place(page, to)];
  await page.mouse.move(a.x, a.y);
  await page.mouse.down();
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2, { steps: 3 });
  await page.mouse.move(b.x, b.y, { steps: 3 });
  await page.mouse.up();
}

export async function click(page: Page, spot: Spot, button: 'left' | 'right' = 'left'): Promise<void> {
  const at = await place(page, spot);
  await page.mouse.click(at.x, at.y, { button });
}

export async function hover(page: Page, spot: Spot): Promise<void> {
  const at = await place(page, spot);
  await page.mouse.move(at.x, at.y);
}

// The mask is on offer and belongs to the newest prompt. Returns its score.
export async function offered(page: Page): Promise<number> {
  await expect(page.getByTestId('prompt-bar')).toHaveAttribute('data-state', 'offered');
  const text = await page.getByTestId('score').innerText();
  return Number(/[\d.]+/.exec(text)![0]);
}

export function chooseClass(page: Page, name: string): Promise<void> {
  return page.getByRole('listbox', { name: 'Classes' }).getByRole('option', { name }).first().click();
}

export async function annotations(page: Page, count: number): Promise<void> {
  await expect(page.getByRole('listbox', { name: 'Annotations' }).getByRole('option')).toHaveCount(count);
  await expect(page.getByTestId('saved')).toHaveText('All saved');
}

export async function addBox(page: Page, from: Spot, to: Spot, className: string): Promise<void> {
  await drag(page, from, to);
  await offered(page);
  await chooseClass(page, className);
  await page.keyboard.press('Enter');
}
