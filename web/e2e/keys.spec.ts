// Every key of the keymap, pressed on the real program. What is seen after each is looked up by the action: an action
// without an entry here fails the first test. It is such that no other key shows the same from there.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { placeOf, type Action } from '../src/input/action';
import { actions } from '../src/input/actions';
import { fit } from '../src/geometry/viewport';
import { percent } from '../src/model/format';
import type { Annotation, Edit, Job, JobRequest, Picture } from '../src/model/wire';
import { drag, offered, remembersNothing, shows } from './hand';
import { smallModel, startProgram, type Program } from './program';

let program: Program;
let page: Page;
let windowId = '';

const image = 'chelsea.jpg'; // neither the first nor the last
const api = (path: string) => `${program.url}/api/v1${path}`;

const stored = async (name = image) => (await (await page.request.get(api(`/images/${name}`))).json()) as Picture;
const jobs = async () => ((await (await page.request.get(api('/jobs'))).json()) as { jobs: readonly Job[] }).jobs;

async function edit(change: Edit, name = image): Promise<Picture> {
  const { revision } = await stored(name);
  const answer = await page.request.post(api(`/images/${name}/edits`), {
    data: { revision, window: windowId, edit: change },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as Picture;
}

const rectangle = (x: number, y: number, side: number): [number, number][] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];

// Three objects: one with a hole and a speck, and two of which one covers part of the other.
async function drawObjects(): Promise<void> {
  await edit({ type: 'clear' });
  const holed = { outer: rectangle(40, 40, 80), holes: [rectangle(60, 60, 20)] };
  await edit({
    type: 'add',
    class_id: 0,
    polygon: [holed, { outer: rectangle(130, 40, 6), holes: [] }],
    prompt: { boxes: [[40, 40, 136, 120]] },
  });
  await edit({ type: 'add', class_id: 1, polygon: [{ outer: rectangle(200, 100, 90), holes: [] }] });
  await edit({ type: 'add', class_id: 1, polygon: [{ outer: rectangle(240, 140, 100), holes: [] }] });
}

async function load(): Promise<void> {
  await page.goto(program.url); // straight from the page before, which leaves the window's id for it
  await shows(page, image);
  await expect(page.locator('.status-bar .encoding.ready')).toBeVisible();
}

// Else a search that one key began offers its segments to those after it.
async function endJobs(): Promise<void> {
  for (const { id } of await jobs()) await page.request.post(api(`/jobs/${id}/cancel`));
  await jobsEnded();
  for (const { id } of await jobs()) await page.request.delete(api(`/jobs/${id}`));
}

async function jobsEnded(): Promise<void> {
  await expect.poll(async () => (await jobs()).filter(({ state }) => state === 'queued' || state === 'running')).toEqual([]);
}

// So many classes that ten down is not the last one.
async function addClasses(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const wanted: JobRequest = { kind: 'classes', change: 'add', name };
    expect((await page.request.post(api('/jobs'), { data: wanted })).ok()).toBe(true);
    await jobsEnded();
  }
}

async function fresh(): Promise<void> {
  await endJobs();
  await page.request.put(api('/preferences'), { data: {} });
  await edit({ type: 'mark', reviewed: false, faulty: false });
  await drawObjects();
  await page.request.put(api('/session/current'), { data: { name: image, window: windowId } });
  await load();
}

const press = (key: string) => page.keyboard.press(key.replace('Mod+', 'Control+'));

async function pressAll(...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    await press(key);
    await settled();
  }
}

// All that a person sees or hears but the memory line: the document, the focus, every pixel of every canvas.
function look(): Promise<string> {
  return page.evaluate(() => {
    const copy = document.querySelector('#app')!.cloneNode(true) as HTMLElement;
    for (const part of copy.querySelectorAll('.memory, .thumbnail, .list-drawn .encoding')) part.remove();
    const digest = (text: string) => {
      let hash = 0;
      for (let i = 0; i < text.length; ++i) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
      return hash;
    };
    const canvases = [...document.querySelectorAll<HTMLCanvasElement>('canvas:not(.thumbnail)')];
    const focus = document.activeElement?.outerHTML.slice(0, 200) ?? '';
    return [copy.innerHTML, focus, ...canvases.map((canvas) => canvas.toDataURL())].map(digest).join(' ');
  });
}

async function settled(): Promise<string> {
  let before = '';
  for (let i = 0; i < 40; ++i) {
    const now = await look();
    if (now === before) return now;
    before = now;
    await page.waitForTimeout(120);
  }
  return before;
}

const objects = () => page.getByRole('listbox', { name: 'Annotations' }).getByRole('option');
const dialog = (name: string | RegExp) => expect(page.getByRole('dialog', { name })).toBeVisible();

type Scene = () => Promise<void>;

const plain: Scene = async () => undefined;
const selected: Scene = () => pressAll('.');
const crossed: Scene = () => pressAll('Mod+Enter');
const last: Scene = () => pressAll(',');
const all: Scene = () => pressAll('Mod+Shift+a');
const zoomed: Scene = () => pressAll('=', '=', '=');
const small: Scene = () => pressAll('-', '-', '-');
const actualSize: Scene = () => pressAll('o');
const classBelow: Scene = () => pressAll('ArrowDown', 'ArrowDown');
const prompted: Scene = async () => {
  await drag(page, [0.55, 0.2], [0.9, 0.8]);
  await offered(page);
};
const viewer: Scene = () => pressAll('F4');
const menu: Scene = () => pressAll('e');
const brush: Scene = () => pressAll('Shift+b');
const vertices: Scene = () => pressAll('.', 'Shift+e');
const vertex: Scene = () => pressAll('.', 'Shift+e', '>');
const review: Scene = () => pressAll('r');
const proposals: Scene = async () => {
  const { annotations } = await edit({ type: 'mark', reviewed: false });
  await edit({ type: 'review', ids: annotations.map(({ id }) => id), review: 'proposed' });
  await load();
  await pressAll('Shift+w');
};

interface Effect {
  readonly scene?: Scene;
  readonly was?: () => Promise<unknown>; // measured before the key; sees() gets it
  readonly sees?: (was: never) => Promise<unknown>; // besides that something changed
  readonly held?: boolean; // as long as the key is held
}

// What is measured becomes this, and stays so.
function becomes<T>(measure: () => Promise<T>, wanted: (was: T) => T): Pick<Effect, 'was' | 'sees'> {
  return { was: measure, sees: (was: T) => expect.poll(measure).toEqual(wanted(was)) };
}

function holds<T>(measure: () => Promise<T>, right: (now: T, was: T) => boolean): Pick<Effect, 'was' | 'sees'> {
  return { was: measure, sees: (was: T) => expect.poll(async () => right(await measure(), was)).toBe(true) };
}

const picture = (name: string) => () => shows(page, name);
const pressed = (name: string, on: boolean) => () =>
  expect(page.getByRole('button', { name, exact: true }).first()).toHaveAttribute('aria-pressed', String(on));
const opens = (name: string | RegExp) => () => dialog(name);
const counts = (count: number) => () => expect(objects()).toHaveCount(count);
const pane = (view: string) => () => expect(page.getByTestId('pane-main')).toHaveAttribute('data-view', view);
const mode = (name: string) => () => expect(page.getByTestId('canvas')).toHaveAttribute('data-mode', name);
const says = (words: string | RegExp) => () => expect(page.locator('.spoken[role=status]')).toContainText(words);
const tells = (words: string) => () => expect(page.locator('.toast').first()).toContainText(words);
const zoom = (words: string) => () => expect(page.locator('output.zoom')).toHaveText(words);
const strength = (value: string) => () => expect(page.getByLabel('Strength of the masks')).toHaveValue(value);
const fitted = async () => {
  const box = (await page.getByTestId('canvas').boundingBox())!;
  await zoom(percent(fit(await stored(), box).scale))();
};
const selectedRows = () => objects().evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-selected')));
const selects = (...rows: readonly boolean[]) => () => expect.poll(selectedRows).toEqual(rows.map(String));
const chosenClass = (name: string) => () =>
  expect(page.getByRole('listbox', { name: 'Classes' }).locator('[aria-selected=true] .class-name')).toHaveText(name);
const walk = (...words: readonly string[]) => async () => {
  for (const part of words) await expect(page.getByTestId('walk-bar')).toContainText(part);
};
const walks = (count: number) => () => expect(page.getByTestId('walk-bar')).toHaveCount(count);
const job = (kind: Job['kind']) => () => expect.poll(async () => (await jobs()).map((each) => each.kind)).toEqual([kind]);

const brushSize = async () => Number.parseFloat(await page.locator('.brush-size output').innerText());

// Where the picture's edges are on the screen, by what is painted.
const edges = () =>
  page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.canvas canvas')!;
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    const isPainted = (x: number, y: number) => data[4 * (y * width + x) + 3]! > 127;
    const columns = Array.from({ length: width }, (_, x) => x);
    const rows = Array.from({ length: height }, (_, y) => y);
    const left = columns.find((x) => rows.some((y) => isPainted(x, y))) ?? -1;
    return { left, top: rows.find((y) => isPainted(left, y)) ?? -1 };
  });
const pans = (x: number, y: number): Effect => ({
  scene: small, // all of it is in sight, before and after
  ...becomes(edges, ({ left, top }) => ({ left: left + x, top: top + y })),
});

const ids = () => objects().evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset['id']));
const order = (...places: readonly number[]) => becomes(ids, (was) => places.map((place) => was[place]));
const of = <T>(value: (annotation: Annotation) => T) => async () => (await stored()).annotations.map(value);
const reviews = (...wanted: readonly string[]) => () => expect.poll(of(({ review = '' }) => review)).toEqual(wanted);
const corner = async () => (await stored()).annotations[0]!.polygon[0]!.outer[0]!;
const nudges = (x: number, y: number): Effect => ({
  scene: vertex,
  ...holds(corner, (now, was) => Math.sign(now[0] - was[0]) === x && Math.sign(now[1] - was[1]) === y),
});

const exported = async () => {
  const folder = join(program.folder, 'exports');
  return readdirSync(program.folder).includes('exports') ? readdirSync(folder) : [];
};
const exportsAs = (format: string): Effect => ({
  scene: menu,
  was: exported,
  async sees(was: readonly string[]) {
    await expect(page.getByRole('dialog', { name: 'Export as' })).toHaveCount(0);
    const made = async () => (await exported()).filter((name) => !was.includes(name) && !name.startsWith('.'));
    await expect.poll(async () => (await made()).map((name) => name.split('_')[0])).toEqual([format]);
  },
});

const effects: Readonly<Record<string, Effect>> = {
  next: { sees: picture('coffee.jpg') },
  previous: { sees: picture('astronaut.jpg') },
  'next-new': { sees: picture('coins.png') },
  'previous-new': { sees: tells('Every image before this one has been labelled') },
  filter: { sees: () => expect(page.getByRole('dialog', { name: 'Which images are listed' })).toBeVisible() },
  'image-layout': { sees: pressed('List the images as rows or as small pictures', true) },
  jump: { sees: opens(/Jump/) },
  'auto-advance': { sees: pressed('Go to the next image after adding', true) },

  mode: { sees: mode('point') },
  add: { scene: prompted, sees: counts(4) },
  'clear-prompt': { scene: selected, sees: selects(false, false, false) },
  candidates: { sees: pressed('Offer several candidate masks', true) },
  'refine-edges': { sees: pressed("Put masks' edges where the picture has edges", true) },
  hover: { sees: pressed('Show the mask under the cursor (points)', false) },
  'next-candidate': { sees: selects(true, false, false) },
  'previous-candidate': { sees: selects(false, false, true) },
  reprompt: { scene: selected, sees: () => expect(page.locator('.prompt-bar')).toContainText('New mask for') },
  overlap: { sees: says('No overlap: the newer mask wins') },
  everything: { sees: () => expect(page.getByTestId('everything')).toBeVisible() },

  undo: { sees: counts(2) },
  redo: { scene: () => pressAll('z'), sees: counts(3) },
  delete: { scene: selected, ...becomes(ids, ([, ...others]) => others) },
  relabel: {
    scene: () => pressAll('.', 'ArrowDown', 'ArrowDown'),
    ...becomes(of(({ class_id }) => class_id), ([, ...others]) => [2, ...others]),
  },
  'select-next': { sees: selects(true, false, false) },
  'select-previous': { sees: selects(false, false, true) },
  'clear-all': { sees: opens(/Remove 3 annotations/) },
  save: { sees: tells('Saved') },
  vertices: { scene: selected, sees: mode('vertices') },
  brush: { sees: mode('brush') },
  eraser: { sees: mode('eraser') },
  'brush-smaller': { scene: brush, ...holds(brushSize, (now, was) => now < was) },
  'brush-larger': { scene: brush, ...holds(brushSize, (now, was) => now > was) },
  'new-object': {
    scene: () => pressAll('.', 'Shift+b'),
    sees: () => expect(page.getByTestId('tool-strip')).toContainText('new person'),
  },
  'vertex-delete': { scene: vertex, ...becomes(of(({ polygon }) => polygon[0]!.outer.length), ([n, ...others]) => [n! - 1, ...others]) },
  'vertex-next': { scene: vertices, sees: says(/^Vertex 1 of/) },
  'vertex-previous': { scene: vertices, sees: says(/^Vertex (\d+) of \1$/) },
  'vertex-left': nudges(-1, 0),
  'vertex-right': nudges(1, 0),
  'vertex-up': nudges(0, -1),
  'vertex-down': nudges(0, 1),
  'select-all': { sees: selects(true, true, true) },
  merge: { scene: all, sees: counts(1) },
  subtract: {
    scene: all,
    ...holds(of(({ area }) => area), (now, was) => now.length === 3 && now[2]! < was[2]! && now[0] === was[0] && now[1] === was[1]),
  },
  'fill-holes': { scene: selected, ...becomes(of(({ polygon }) => polygon[0]!.holes.length), ([n, ...others]) => [n! - 1, ...others]) },
  'drop-specks': { scene: selected, sees: () => expect(page.getByRole('group', { name: 'Drop pieces of fewer pixels than' })).toBeVisible() },
  simplify: { scene: selected, sees: () => expect(page.getByRole('group', { name: 'Tolerance in pixels' })).toBeVisible() },
  'copy-next': {
    scene: selected,
    was: async () => (await stored('coffee.jpg')).annotations.length,
    async sees(was: number) {
      await shows(page, 'coffee.jpg');
      await expect(objects()).toHaveCount(was + 1);
    },
  },
  'to-front': { scene: selected, ...order(1, 2, 0) },
  forward: { scene: selected, ...order(1, 0, 2) },
  backward: { scene: last, ...order(0, 2, 1) },
  'to-back': { scene: last, ...order(2, 0, 1) },
  'hide-objects': { scene: selected, sees: () => expect(objects().first()).toHaveAccessibleName(/, Hidden,/) },
  'lock-objects': { scene: selected, sees: () => expect(objects().first()).toHaveAccessibleName(/, Locked,/) },

  cross: { sees: says(/^Cross on the picture/) },
  'cross-move-small': { scene: crossed, sees: says(/^\d+, \d+$/) },
  'cross-move-large': { scene: crossed, sees: says(/^\d+, \d+$/) },
  'cross-move-pixel': { scene: crossed, sees: says(/^\d+, \d+$/) },
  'cross-set': { scene: crossed, sees: says(/^First corner at \d+, \d+/) },
  'cross-not': { scene: crossed, sees: says('The box comes first') },
  'cross-away': { scene: crossed, sees: says('The cross is put away') },

  'class-number': { sees: chosenClass('cat') },
  'class-down': { sees: chosenClass('cat') },
  'class-up': { scene: () => pressAll('End'), sees: chosenClass('ring') },
  'class-page-down': { sees: chosenClass('helmet') },
  'class-page-up': { scene: () => pressAll('End'), sees: chosenClass('coin') },
  'class-first': { scene: classBelow, sees: chosenClass('person') },
  'class-last': { sees: chosenClass('wheel') },
  'class-pin': { sees: () => expect(page.getByRole('img', { name: 'Pinned' })).toHaveCount(1) },
  'edit-classes': { sees: opens('Edit the classes') },
  'class-search': { sees: () => expect(page.locator('#class-search')).toBeFocused() },

  'zoom-in': { scene: actualSize, sees: zoom('125 %') },
  'zoom-out': { scene: actualSize, sees: zoom('80 %') },
  fit: { scene: zoomed, sees: fitted },
  'actual-size': { sees: zoom('100 %') },
  'pan-left': pans(80, 0), // the view goes left, so that the picture goes right
  'pan-right': pans(-80, 0),
  'pan-up': pans(0, 80),
  'pan-down': pans(0, -80),
  masks: { sees: pressed('Show masks', false) },
  boxes: { sees: pressed('Show boxes', true) },
  labels: { sees: pressed('Show labels', false) },
  points: { sees: pressed('Show points', false) },
  fainter: { sees: strength('0.25') },
  stronger: { sees: strength('0.45') },
  panels: { sees: () => expect(page.getByRole('region', { name: 'Images' })).toHaveCount(0) },
  'work-masks': { scene: () => pressAll('F3'), sees: pressed('Picture with masks', true) },
  'work-side-by-side': { sees: () => expect(page.getByTestId('pane-left')).toBeVisible() },
  'work-bare': { sees: pressed('Bare picture', true) },
  viewer: { sees: pane('overlay') },

  'view-overlay': { scene: () => pressAll('F4', 'm'), sees: pane('overlay') },
  'view-masked': { scene: viewer, sees: pane('masked') },
  'view-side-by-side': { scene: viewer, sees: pane('side_by_side') },
  'view-contours': { scene: viewer, sees: pane('contours') },
  'view-ids': { scene: viewer, sees: pressed('Class ids', true) },
  'view-faulty': { scene: viewer, sees: pressed('Mark as faulty', true) },
  'view-save': { scene: viewer, sees: tells('saved_visualizations/') },
  'view-help': { scene: viewer, sees: opens('Keys') },
  'view-close': { scene: viewer, sees: () => expect(page.getByTestId('viewer')).toHaveCount(0) },

  export: { sees: opens('Export as') },
  'export-coco': exportsAs('coco'),
  'export-yolo': exportsAs('yolo'),
  'export-voc': exportsAs('voc'),
  memory: { sees: opens('Memory') },
  settings: { sees: opens('Settings') },
  help: { sees: opens('Keys') },
  'next-region': { sees: () => expect(page.locator('.toolbar :focus')).toHaveCount(1) },
  'previous-region': { sees: () => expect(page.locator('.status-bar :focus')).toHaveCount(1) },
  quit: { sees: opens('Quit') },
  jobs: { sees: opens('Jobs') },
  'export-to': { sees: opens('Export the project') },
  'import-from': { sees: opens('Import annotations') },
  embed: { sees: job('embed') },

  review: { sees: walk('Review', '1 of 3', '3 left') },
  proposals: { sees: tells('No other image has proposals') },
  mend: { sees: opens('Mend list') },
  statistics: { sees: opens('Statistics') },
  'mark-reviewed': { sees: () => expect.poll(async () => (await stored()).reviewed).toBe(true) },
  'mark-faulty': { sees: () => expect.poll(async () => (await stored()).faulty).toBe(true) },
  'walk-accept': {
    scene: review,
    async sees() {
      await walk('2 of 3', '2 left')();
      await reviews('accepted', '', '')();
    },
  },
  'walk-reject': {
    scene: review,
    async sees() {
      await expect(page.getByLabel('What is wrong with it? It may be left empty')).toBeFocused();
      await pressAll('Enter');
      await reviews('rejected', '', '')();
    },
  },
  'walk-fix': { scene: review, sees: walk('Fixing person') },
  'walk-note': {
    scene: review,
    async sees() {
      await expect(page.getByLabel('Note for the labeller')).toBeFocused();
      await page.keyboard.type('blurred');
      await pressAll('Enter');
      await expect.poll(of(({ note = '' }) => note)).toEqual(['blurred', '', '']);
      await reviews('', '', '')();
    },
  },
  'walk-next': { scene: review, sees: walk('2 of 3', '3 left') },
  'walk-previous': { scene: () => pressAll('r', 'n'), sees: walk('1 of 3', '3 left') },
  'walk-undo': {
    scene: () => pressAll('r', 'a'),
    async sees() {
      await reviews('', '', '')();
      await walk('1 of 3', '3 left')();
    },
  },
  'walk-rest': { scene: proposals, sees: reviews('accepted', 'accepted', 'accepted') },
  'walk-above': { scene: proposals, sees: opens('Accept proposals above a score?') },
  'walk-hide': { scene: review, held: true, sees: pressed('Hide the masks while held', true) },
  'walk-close': { scene: review, sees: walks(0) },
};

async function hold(key: string, before: string, sees: Effect['sees']): Promise<void> {
  await page.keyboard.down(key);
  await expect.poll(look).not.toBe(before);
  await sees?.(undefined as never);
  await page.keyboard.up(key);
  await expect.poll(look).toBe(before);
}

async function tryKey(action: Action, key: string): Promise<void> {
  const { scene = plain, was, sees, held = false } = effects[action.id]!;
  await fresh();
  await scene();
  const before = await settled();
  const measured = await was?.();
  if (held) return hold(key, before, sees);
  await press(key);
  await expect.poll(look, { message: `${key} of ${action.id} changes nothing`, timeout: 8000 }).not.toBe(before);
  await sees?.(measured as never);
}

test.beforeAll(async ({ browser }) => {
  program = await startProgram({ model: smallModel });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await remembersNothing(page);
  page.on('request', (request) => {
    windowId = /\/events\?window=([0-9a-f]+)/.exec(request.url())?.[1] ?? windowId;
  });
  await page.goto(program.url);
  await shows(page, /./);
  await addClasses('ring', 'wheel');
  for (const name of ['astronaut.jpg', 'coffee.jpg']) {
    await edit({ type: 'add', class_id: 0, polygon: [{ outer: rectangle(40, 40, 80), holes: [] }] }, name);
  }
  await page.getByRole('option', { name: image }).click();
  await shows(page, image);
});

test.afterAll(async () => {
  await page.close();
  await program.stop();
});

test('every action has an effect here, and nothing else has', () => {
  expect(Object.keys(effects).sort()).toEqual(actions.map(({ id }) => id).sort());
});

test('a key of nobody changes nothing', async () => {
  await fresh();
  const before = await settled();
  await press('F9');
  await page.waitForTimeout(500);
  expect(await settled()).toBe(before);
});

test('the second key after e does nothing of its own, and n does nothing in the menu', async () => {
  await fresh();
  await pressAll('e', 'n', 'm', 'z');
  await dialog('Export as');
  await shows(page, image);
  await press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(objects()).toHaveCount(3);
});

for (const action of actions) {
  const keys = action.fixed === true ? action.keys.slice(1, 2) : action.keys;
  test(`${placeOf(action)}: ${action.id} by ${keys.join(' ')}`, async () => {
    test.setTimeout(60_000 + 60_000 * keys.length); // the page is loaded anew for each, on a machine that may be busy
    for (const key of keys) await tryKey(action, key);
  });
}

test('without single-letter keys letters need Alt', async () => {
  await fresh();
  await press('Mod+,');
  await page.getByLabel('Single-letter keys').uncheck();
  await press('Escape');
  await press('n');
  await press('?');
  await page.waitForTimeout(300);
  await shows(page, image);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await press('Alt+n');
  await shows(page, 'coffee.jpg');
  await press('ArrowLeft');
  await shows(page, image);
});

test('a key is changed, taken from another, kept over a reload, and given back', async () => {
  await fresh();
  await press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  await help.getByLabel('Search the keys').fill('next image');
  await help.getByRole('button', { name: 'Change the key of “Next image”', exact: true }).click();
  await press('g');
  await expect(help.getByRole('alert')).toContainText('Give the selected annotations the chosen class');
  await help.getByRole('button', { name: 'Take it' }).click();
  await expect(help.locator('.help-row', { hasText: 'Next image' }).first().locator('kbd')).toHaveText(['G']);
  await press('Escape');
  await press('n');
  await page.waitForTimeout(800); // written a moment after
  await shows(page, image);
  await load();
  await press('g');
  await shows(page, 'coffee.jpg');
  await press('?');
  await help.getByRole('button', { name: 'Reset all keys' }).click();
  await help.getByRole('button', { name: 'Reset all keys' }).click();
  await press('Escape');
  await press('n');
  await shows(page, 'coins.png');
});
