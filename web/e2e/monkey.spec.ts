// Random keys, clicks and drags: whatever they did, page, program and disk agree in the end on every object, the page
// made no error, and the program answered none of its own.
// SAM_MONKEY_SEED repeats a run, SAM_MONKEY_SECONDS makes it longer.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { actions } from '../src/input/actions';
import { area as areaText } from '../src/model/format';
import type { Annotation, Picture, Project } from '../src/model/wire';
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
  readonly annotations: readonly (Pick<Annotation, 'id' | 'class_id' | 'polygon' | 'score' | 'review' | 'note'> & {
    readonly mask: { readonly counts: string };
  })[];
}

function stored(folder: string, name: string): StoredFile['annotations'] {
  const files = readdirSync(join(folder, 'annotations'));
  if (!files.includes(`${name}.json`)) return [];
  return (JSON.parse(readFileSync(join(folder, 'annotations', `${name}.json`), 'utf8')) as StoredFile).annotations;
}

// Pixels of a mask as COCO writes it: lengths of runs, outside and inside by turns, in five bits a character; from the
// fourth on each is told by how it differs from the one two before.
function pixelsOf(counts: string): number {
  const runs: number[] = [];
  for (let i = 0; i < counts.length; ) {
    let value = 0;
    let shift = 0;
    let bits = 0;
    do {
      bits = counts.charCodeAt(i++) - 48;
      value |= (bits & 31) << shift;
      shift += 5;
    } while ((bits & 32) !== 0);
    if ((bits & 16) !== 0) value |= -1 << shift;
    runs.push(runs.length > 2 ? value + runs.at(-2)! : value);
  }
  return runs.filter((_, i) => i % 2 === 1).reduce((sum, run) => sum + run, 0);
}

// What the program and the disk each say of an image's objects, alike.
const heldBy = (list: readonly Annotation[]) =>
  list.map(({ id, class_id, polygon, area, score, review = '', note = '' }) => ({ id, class_id, polygon, area, score, review, note }));
const onDisk = (list: StoredFile['annotations']) =>
  heldBy(list.map((item) => ({ ...item, area: pixelsOf(item.mask.counts) }) as Annotation & (typeof list)[number]));

async function pictureOf(page: Page, url: string, name: string): Promise<Picture> {
  const answer = await page.request.get(`${url}/api/v1/images/${encodeURIComponent(name)}`);
  return (await answer.json()) as Picture;
}

interface Row {
  readonly number: number;
  readonly id: number;
  readonly name: string;
  readonly area: string;
}

// The rows of the page's list: those in sight, if there are many.
function rowsOf(page: Page): Promise<readonly Row[]> {
  return page.getByRole('listbox', { name: 'Annotations' }).getByRole('option').evaluateAll((rows) =>
    rows.map((row) => {
      const said = (part: string) => row.querySelector(part)?.textContent ?? '';
      return {
        number: Number(said('.order')),
        id: Number((row as HTMLElement).dataset['id']),
        name: said('.class-name'),
        area: said('.area'),
      };
    }),
  );
}

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
  await page.route('**/api/v1/quit', (route) => route.abort()); // the rest needs the program
  page.on('response', (answer) => {
    if (answer.status() >= 500) errors.push(`${answer.status()} ${answer.request().method()} ${answer.url()}`);
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

  for (let i = 0; i < 6; ++i) await page.keyboard.press('Escape');
  await expect(page.getByTestId('saved')).toHaveText('All saved');
  expect(errors, `after ${done.slice(-30).join(' ')}`).toEqual([]);
  const list = await page.request.get(`${program.url}/api/v1/images?limit=1000`);
  const { images } = (await list.json()) as { images: { name: string; state: string }[] };
  let found = 0;
  for (const { name, state } of images) {
    if (state === 'broken') continue;
    const { annotations } = await pictureOf(page, program.url, name);
    expect(onDisk(stored(program.folder, name)), name).toEqual(heldBy(annotations));
    const labelled = program.labels(name.replace(/\.[^.]*$/, '')).map((line) => Number(line.split(' ')[0]));
    expect(labelled, name).toEqual(annotations.map(({ class_id }) => class_id));
    found += annotations.length;
  }
  // Keys may have been changed or switched off, and any view may be open.
  await page.evaluate(async () => {
    const headers = { 'Content-Type': 'application/json' };
    await fetch('/api/v1/preferences', { method: 'PUT', headers, body: '{}' });
  });
  await page.reload();
  await expect(page.getByTestId('canvas')).toHaveAttribute('data-picture', /./);
  await page.keyboard.press('F1');
  if (!(await page.locator('.annotations').isVisible())) await page.keyboard.press('v'); // the panels were put away
  const search = page.getByLabel('Search by class or note');
  if ((await search.count()) > 0) await search.fill('');
  const name = (await page.getByTestId('canvas').getAttribute('data-picture'))!;
  const { annotations } = await pictureOf(page, program.url, name);
  const { classes } = (await (await page.request.get(`${program.url}/api/v1/project`)).json()) as Project;
  const wanted = annotations.map(({ id, class_id, area }, i) => ({
    number: i + 1,
    id,
    name: classes.find((each) => each.id === class_id)?.name,
    area: areaText(area),
  }));
  await expect(page.locator('.annotations .panel-head .tabular')).toHaveText(String(annotations.length));
  await expect(async () => {
    const rows = await rowsOf(page);
    const first = (rows[0]?.number ?? 1) - 1;
    expect(rows).toEqual(wanted.slice(first, first + Math.max(rows.length, Math.min(1, wanted.length))));
  }).toPass({ timeout: 5000 });
  test.info().annotations.push({ type: 'annotations', description: String(found) });
  console.log(`seed ${seed}: ${steps} steps, ${done.length} of them keys; ${found} annotations on disk at the end`);
});
