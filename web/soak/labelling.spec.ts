// An hour of somebody's work in fast motion: pictures labelled through the page while the program is killed at random
// moments. What was acknowledged is on disk at the end, and nothing is there twice. SAM_SOAK_IMAGES (200), SAM_SOAK_KILLS
// (10), SAM_SOAK_SEED.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { drag, opened } from '../e2e/hand';
import { smallModel, startProgram } from '../e2e/program';
import type { Picture } from '../src/model/wire';
import { makeRandom } from '../tests/random';

const images = Number(process.env['SAM_SOAK_IMAGES'] ?? 200);
const kills = Number(process.env['SAM_SOAK_KILLS'] ?? 10);
const seed = Number(process.env['SAM_SOAK_SEED'] ?? 1);

interface Stored {
  readonly annotations: readonly { readonly id: number; readonly class_id: number }[];
}

test(`${images} images labelled, the program killed ${kills} times, seed ${seed}`, async ({ page }) => {
  const between = makeRandom(seed);
  const random = () => between(0, 1);
  const program = await startProgram({ model: smallModel, copies: images });
  const acknowledged = new Map<string, Picture>(); // the newest answer to an edit, by picture
  page.on('response', async (response) => {
    if (!response.url().endsWith('/edits') || response.status() !== 200) return;
    const picture = (await response.json().catch(() => null)) as Picture | null; // its connection may be cut
    if (picture !== null) acknowledged.set(picture.name, picture);
  });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));

  let killed = 0;
  let working = true;
  const killer = (async () => {
    for (; killed < kills && working; ++killed) {
      await new Promise((resolve) => setTimeout(resolve, 2000 + random() * 20_000));
      await program.kill();
      await new Promise((resolve) => setTimeout(resolve, random() * 3000));
      await program.restart();
    }
  })();

  await opened(page, program.url);
  const canvas = page.getByTestId('canvas');
  for (let i = 0; i < images || killed < kills; ++i) {
    const objects = 1 + Math.floor(random() * 3);
    for (let k = 0; k < objects; ++k) {
      const [x, y] = [0.1 + 0.5 * random(), 0.1 + 0.5 * random()];
      await drag(page, [x, y], [x + 0.3, y + 0.3]).catch(() => undefined); // it asks the program for the picture's size
      await page.keyboard.press(String(1 + Math.floor(random() * 5)));
      const add = page.getByRole('button', { name: 'Add the mask' });
      const offered = await expect(add).toHaveAttribute('aria-disabled', 'false', { timeout: 30_000 }).then(
        () => true,
        () => false,
      );
      if (offered) await page.keyboard.press('Enter');
      else await page.keyboard.press('Escape');
      if (random() < 0.15) await page.keyboard.press('z');
    }
    const before = await canvas.getAttribute('data-picture');
    await page.keyboard.press('n');
    if (await page.getByRole('dialog').isVisible()) await page.keyboard.press('Enter');
    await expect(canvas).not.toHaveAttribute('data-picture', before!, { timeout: 60_000 }).catch(() => undefined); // the last one
  }
  working = false;
  await killer;
  await expect(page.getByTestId('saved')).toHaveText('All saved', { timeout: 120_000 });

  let annotations = 0;
  const files = new Set(readdirSync(join(program.folder, 'annotations')));
  for (const [name, picture] of acknowledged) {
    expect(files.has(`${name}.json`), name).toBe(true);
    const stored = JSON.parse(readFileSync(join(program.folder, 'annotations', `${name}.json`), 'utf8')) as Stored;
    const brief = (list: Stored['annotations']) => list.map(({ id, class_id }) => `${id}:${class_id}`);
    expect(brief(stored.annotations), name).toEqual(brief(picture.annotations));
    annotations += picture.annotations.length;
  }
  expect(errors).toEqual([]);
  console.log(`${acknowledged.size} images with ${annotations} acknowledged annotations, killed ${killed} times, 0 missing`);
  await program.stop();
});
