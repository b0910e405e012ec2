// Every key of the keymap, pressed on the real program. What is seen after each is looked up by the action: an action
// without an entry here fails the first test.

import { expect, test, type Page } from '@playwright/test';
import { placeOf, type Action } from '../src/input/action';
import { actions } from '../src/input/actions';
import type { Edit, Job, Picture } from '../src/model/wire';
import { drag, offered, remembersNothing, shows } from './hand';
import { smallModel, startProgram, type Program } from './program';

let program: Program;
let page: Page;
let windowId = '';

const image = 'chelsea.jpg'; // neither the first nor the last
const api = (path: string) => `${program.url}/api/v1${path}`;

async function edit(change: Edit): Promise<Picture> {
  const { revision } = (await (await page.request.get(api(`/images/${image}`))).json()) as Picture;
  const answer = await page.request.post(api(`/images/${image}/edits`), {
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
  const jobs = async () => ((await (await page.request.get(api('/jobs'))).json()) as { jobs: readonly Job[] }).jobs;
  for (const { id } of await jobs()) await page.request.post(api(`/jobs/${id}/cancel`));
  await expect.poll(async () => (await jobs()).filter(({ state }) => state === 'queued' || state === 'running')).toEqual([]);
  for (const { id } of await jobs()) await page.request.delete(api(`/jobs/${id}`));
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
const last: Scene = () => pressAll(',');
const all: Scene = () => pressAll('Mod+Shift+a');
const zoomed: Scene = () => pressAll('=', '=', '=');
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
  readonly sees?: () => Promise<unknown>; // besides that something changed
  readonly held?: boolean; // as long as the key is held
}

const picture = (name: string) => () => shows(page, name);
const pressed = (name: string, on: boolean) => () =>
  expect(page.getByRole('button', { name, exact: true }).first()).toHaveAttribute('aria-pressed', String(on));
const opens = (name: string | RegExp) => () => dialog(name);
const counts = (count: number) => () => expect(objects()).toHaveCount(count);
const pane = (view: string) => () => expect(page.getByTestId('pane-main')).toHaveAttribute('data-view', view);

const effects: Readonly<Record<string, Effect>> = {
  next: { sees: picture('coffee.jpg') },
  previous: { sees: picture('astronaut.jpg') },
  'next-new': { sees: picture('coffee.jpg') },
  'previous-new': { sees: picture('astronaut.jpg') },
  filter: {},
  'image-layout': {},
  jump: { sees: opens(/Jump/) },
  'auto-advance': { sees: pressed('Go to the next image after adding', true) },

  mode: { sees: () => expect(page.getByTestId('canvas')).toHaveAttribute('data-mode', 'point') },
  add: { scene: prompted, sees: counts(4) },
  'clear-prompt': { scene: selected, sees: () => expect(page.locator('.annotations [aria-selected=true]')).toHaveCount(0) },
  candidates: {},
  'refine-edges': { sees: pressed("Put masks' edges where the picture has edges", true) },
  hover: { sees: pressed('Show the mask under the cursor (points)', false) },
  'next-candidate': { sees: () => expect(page.locator('.annotations [aria-selected=true]')).toHaveCount(1) },
  'previous-candidate': { sees: () => expect(page.locator('.annotations [aria-selected=true]')).toHaveCount(1) },
  reprompt: { scene: selected },
  overlap: {},
  everything: {},

  undo: { sees: counts(2) },
  redo: { scene: () => pressAll('z'), sees: counts(3) },
  delete: { scene: selected, sees: counts(2) },
  relabel: { scene: () => pressAll('.', 'ArrowDown', 'ArrowDown') },
  'select-next': { sees: () => expect(page.locator('.annotations [aria-selected=true]')).toHaveCount(1) },
  'select-previous': { sees: () => expect(page.locator('.annotations [aria-selected=true]')).toHaveCount(1) },
  'clear-all': { sees: opens(/Remove 3 annotations/) },
  save: { sees: () => expect(page.locator('.toast').first()).toContainText('Saved') },
  vertices: { scene: selected },
  brush: {},
  eraser: {},
  'brush-smaller': { scene: brush },
  'brush-larger': { scene: brush },
  'new-object': { scene: () => pressAll('.', 'Shift+b') },
  'vertex-delete': { scene: vertex },
  'vertex-next': { scene: vertices },
  'vertex-previous': { scene: vertices },
  'vertex-left': { scene: vertex },
  'vertex-right': { scene: vertex },
  'vertex-up': { scene: vertex },
  'vertex-down': { scene: vertex },
  'select-all': { sees: () => expect(page.locator('.annotations [aria-selected=true]')).toHaveCount(3) },
  merge: { scene: all, sees: counts(1) },
  subtract: { scene: all },
  'fill-holes': { scene: selected },
  'drop-specks': { scene: selected },
  simplify: { scene: selected },
  'copy-next': { scene: selected },
  'to-front': { scene: selected },
  forward: { scene: selected },
  backward: { scene: last },
  'to-back': { scene: last },
  'hide-objects': { scene: selected },
  'lock-objects': { scene: selected },

  'class-number': {},
  'class-down': {},
  'class-up': { scene: classBelow },
  'class-page-down': {},
  'class-page-up': { scene: () => pressAll('End') },
  'class-first': { scene: classBelow },
  'class-last': {},
  'class-pin': {},
  'edit-classes': {},
  'class-search': { sees: () => expect(page.locator('#class-search')).toBeFocused() },

  'zoom-in': {},
  'zoom-out': {},
  fit: { scene: zoomed },
  'actual-size': {},
  'pan-left': { scene: zoomed },
  'pan-right': { scene: zoomed },
  'pan-up': { scene: zoomed },
  'pan-down': { scene: zoomed },
  masks: { sees: pressed('Show masks', false) },
  boxes: { sees: pressed('Show boxes', true) },
  labels: { sees: pressed('Show labels', false) },
  points: { sees: pressed('Show points', false) },
  fainter: {},
  stronger: {},
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
  'view-save': {
    scene: viewer,
    sees: () => expect(page.locator('.toast').first()).toContainText('saved_visualizations/'),
  },
  'view-help': { scene: viewer, sees: opens('Keys') },
  'view-close': { scene: viewer, sees: () => expect(page.getByTestId('viewer')).toHaveCount(0) },

  export: { sees: opens('Export as') },
  'export-coco': { scene: menu, sees: () => expect(page.getByRole('dialog', { name: 'Export as' })).toHaveCount(0) },
  'export-yolo': { scene: menu, sees: () => expect(page.getByRole('dialog', { name: 'Export as' })).toHaveCount(0) },
  'export-voc': { scene: menu, sees: () => expect(page.getByRole('dialog', { name: 'Export as' })).toHaveCount(0) },
  memory: { sees: opens('Memory') },
  settings: { sees: opens('Settings') },
  help: { sees: opens('Keys') },
  'next-region': { sees: () => expect(page.locator('.toolbar :focus')).toHaveCount(1) },
  'previous-region': { sees: () => expect(page.locator('.status-bar :focus')).toHaveCount(1) },
  quit: { sees: opens('Quit') },
  jobs: {},
  'export-to': {},
  'import-from': {},
  embed: {},

  review: {},
  proposals: {},
  mend: {},
  statistics: {},
  'mark-reviewed': {},
  'mark-faulty': {},
  'walk-accept': { scene: review },
  'walk-reject': { scene: review },
  'walk-fix': { scene: review },
  'walk-note': { scene: review },
  'walk-next': { scene: review },
  'walk-previous': { scene: () => pressAll('r', 'n') },
  'walk-undo': { scene: () => pressAll('r', 'a') },
  'walk-rest': { scene: proposals },
  'walk-above': { scene: proposals },
  'walk-hide': { scene: review, held: true },
  'walk-close': { scene: review },
};

async function hold(key: string, before: string): Promise<void> {
  await page.keyboard.down(key);
  await expect.poll(look).not.toBe(before);
  await page.keyboard.up(key);
}

async function tryKey(action: Action, key: string): Promise<void> {
  const { scene = plain, sees, held = false } = effects[action.id]!;
  await fresh();
  await scene();
  const before = await settled();
  if (held) return hold(key, before);
  await press(key);
  await expect.poll(look, { message: `${key} of ${action.id} changes nothing`, timeout: 8000 }).not.toBe(before);
  await sees?.();
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
