// Random keys, clicks and drags: whatever they did, page, program and disk agree in the end, and the page made no error.
// SAM_MONKEY_SEED repeats a run, SAM_MONKEY_SECONDS makes it longer.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { actions } from '../src/input/actions';
import type { Annotation, Picture } from '../src/model/wire';
import { opened } from './hand';
import { smallModel, startProgram, type Program } from './program';
import { makeRandom } from '../tests/random';

const runSeconds = Number(process.env['SAM_MONKEY_SECONDS'] ?? 30);
const seed = Number(process.env['SAM_MONKEY_SEED'] ?? 7);

// As Playwright writes a key of the keymap.
function pressOf(key: string): string {
  return key.replace('Mod', 'Control');
}

interface StoredFile {
  readonly annotations: readonly { readonly id: number; readonly class_id: number; readonly score: number }[];
}

function stored(folder: string, name: string): StoredFile['annotations'] {
  const files = readdirSync(join(folder, 'annotations'));
  if (!files.includes(`${name}.json`)) return [];
  return (JSON.parse(readFileSync(join(folder, 'annotations', `${name}.json`), 'utf8')) as StoredFile).annotations;
}

async function pictureOf(page: Page, url: string, name: string): Promise<Picture> {
  const answer = await page.request.get(`${url}/api/v1/images/${encodeURIComponent(name)}`);
  return (await answer.json()) as Picture;
}

const brief = (list: readonly Pick<Annotation, 'id' | 'class_id'>[]) => list.map(({ id, class_id }) => `${id}:${class_id}`);

let program: Program;

test.beforeEach(async () => {
  program = await startProgram({ model: smallModel });
});

test.afterEach(async () => {
  await program.stop();
});

test(`${runSeconds} s of random keys, clicks and drags, seed ${seed}`, async ({ page }) => {
  test.setTimeout((runSeconds + 90) * 1000);
  const between = makeRandom(seed);
  const random = () => between(0, 1);
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(`${error.message}\n${error.stack ?? ''}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) errors.push(message.text());
  });
  page.on('dialog', (dialog) => void dialog.dismiss());
  page.on('download', (download) => void download.cancel());
  await opened(page, program.url);
  const keys = [...new Set(actions.flatMap((action) => action.keys)), 'Escape', 'Enter', 'Tab', 'Space', 'z', 'Escape'];
  const canvas = (await page.getByTestId('canvas').boundingBox())!;
  const inside = () => [canvas.x + random() * canvas.width, canvas.y + random() * canvas.height] as const;
  const done: string[] = [];
  let steps = 0;

  const drag = async () => {
    const button = random() < 0.85 ? 'left' : one(['right', 'middle'] as const);
    await page.mouse.move(...inside());
    await page.mouse.down({ button });
    for (let i = 0; i < 3; ++i) await page.mouse.move(...inside());
    if (random() < 0.1) await page.keyboard.press(pressOf(one(keys)));
    await page.mouse.up({ button });
    if (random() < 0.6) await page.keyboard.press('Enter');
  };
  const click = async () => {
    const button = random() < 0.7 ? 'left' : 'right';
    await page.mouse.click(...inside(), { button, clickCount: random() < 0.1 ? 2 : 1 });
  };
  const press = async () => {
    const key = one(keys);
    done.push(key);
    await page.keyboard.press(pressOf(key));
  };
  const control = async () => {
    const at = await page.evaluate((fraction) => {
      const all = [...document.querySelectorAll('button, [role=option], input, select, summary')];
      const seen = all.filter((element) => element.checkVisibility() && element.getBoundingClientRect().width > 0);
      const box = seen[Math.floor(fraction * seen.length)]?.getBoundingClientRect();
      return box === undefined ? null : { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    }, random());
    if (at !== null) await page.mouse.click(at.x, at.y);
  };
  const wheel = async () => {
    await page.mouse.move(...inside());
    await page.mouse.wheel(0, (random() - 0.5) * 1500);
  };

  const end = Date.now() + runSeconds * 1000;
  while (Date.now() < end) {
    const dice = random();
    ++steps;
    await (dice < 0.35 ? press() : dice < 0.65 ? drag() : dice < 0.8 ? click() : dice < 0.92 ? control() : wheel());
  }

  expect(errors, `after ${done.slice(-30).join(' ')}`).toEqual([]);
  for (let i = 0; i < 6; ++i) await page.keyboard.press('Escape');
  await expect(page.getByTestId('saved')).toHaveText('All saved');
  const list = await page.request.get(`${program.url}/api/v1/images?limit=1000`);
  const { images } = (await list.json()) as { images: { name: string; state: string }[] };
  let found = 0;
  for (const { name, state } of images) {
    if (state === 'broken') continue;
    const picture = await pictureOf(page, program.url, name);
    expect(brief(stored(program.folder, name)), name).toEqual(brief(picture.annotations));
    found += picture.annotations.length;
  }
  if (!(await page.locator('.annotations').isVisible())) await page.keyboard.press('v'); // the panels were put away
  const name = (await page.getByTestId('canvas').getAttribute('data-picture'))!;
  const shown = await pictureOf(page, program.url, name);
  await expect(page.locator('.annotations .panel-head')).toContainText(String(shown.annotations.length));
  test.info().annotations.push({ type: 'annotations', description: String(found) });
  console.log(`seed ${seed}: ${steps} steps, ${done.length} of them keys; ${found} annotations on disk at the end`);
});
