// How the page itself feels, on the real program, in headless Chromium with software rendering:
//   node bench/page.mjs --bin PATH [--switches 1000] [--json FILE] [--only PART,…]     starts the program on a folder of its own pictures
//   node bench/page.mjs --program URL …                                                a program that runs; objects are added to its first picture
// Parts: moves (pointer move to drawn), switches (the next picture painted, and the heap over many of them), loads (the first picture painted), size (JavaScript).
// Prints a table and one line of JSON; ends with 1 where something asked was missed.
//
// A pointer move counts as drawn when the main thread has done all of the frame it is part of (the first task after it): in software rendering that includes
// the drawing itself. It is measured from when the page got the event: browsers hand moves over once a frame, just before it is drawn; the wait for that frame is
// the display's and is told apart ("from the hand").

import { chromium } from '@playwright/test';
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

const { values: flags } = parseArgs({
  options: {
    bin: { type: 'string' },
    program: { type: 'string' },
    dist: { type: 'string', default: new URL('../dist/', import.meta.url).pathname },
    switches: { type: 'string', default: '1000' },
    json: { type: 'string' },
    only: { type: 'string', default: 'size,loads,moves,switches' },
  },
});
const parts = flags.only.split(',');
const [width, height] = [6000, 4000]; // 24 MP
const pictures = 6;
const [objects, vertices] = [300, 200];

// Runs in the page before its own code.
function watch() {
  const seen = { key: 0, painted: null, bitmap: null, first: null, moves: [], draws: {}, alive: 0 };
  window.seen = seen;
  const layers = () => [...document.querySelectorAll('[data-testid=canvas] canvas')];
  window.addEventListener('keydown', (event) => Object.assign(seen, { key: event.timeStamp, painted: null }), true);
  const afterFrame = (then) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(performance.now());
    requestAnimationFrame(() => port2.postMessage(0));
  };
  window.addEventListener(
    'pointermove',
    (event) => {
      const [given, got] = [event.timeStamp, performance.now()];
      afterFrame((drawn) => seen.moves.push({ page: drawn - got, hand: drawn - given }));
    },
    true,
  );
  const context = CanvasRenderingContext2D.prototype;
  const { drawImage, clearRect } = context;
  context.drawImage = function (image, ...place) {
    drawImage.call(this, image, ...place);
    if (!(image instanceof ImageBitmap) || image === seen.bitmap || this.canvas !== layers()[0]) return;
    seen.bitmap = image;
    // It is drawn within a frame: the next one begins when that was handed over.
    requestAnimationFrame(() => {
      seen.painted ??= performance.now();
      seen.first ??= performance.now();
    });
  };
  context.clearRect = function (...box) {
    const at = layers().indexOf(this.canvas);
    seen.draws[at] = (seen.draws[at] ?? 0) + 1;
    clearRect.apply(this, box);
  };
  const make = window.createImageBitmap.bind(window);
  window.createImageBitmap = async (...from) => {
    const bitmap = await make(...from);
    ++seen.alive;
    return bitmap;
  };
  const { close } = ImageBitmap.prototype;
  ImageBitmap.prototype.close = function () {
    --seen.alive;
    close.call(this);
  };
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, condition, patienceMs = 120_000) {
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(10)) if (await condition()) return;
  throw new Error(`${what} did not happen within ${patienceMs / 1000} s`);
}

// By nearest rank.
function quantile(list, share) {
  const ordered = [...list].sort((a, b) => a - b);
  return ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)] ?? null;
}
const summary = (list) => ({ p50: quantile(list, 0.5), p95: quantile(list, 0.95), most: quantile(list, 1), count: list.length });

// Least squares: change of y for one of x.
function slope(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  return points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

// A field of soft hills with grain: a JPEG of it is as large as that of a photo. number: which of them.
async function photo(browser, number) {
  const page = await browser.newPage();
  try {
    const url = await page.evaluate(
      async ([width, height, number]) => {
        const canvas = new OffscreenCanvas(width, height);
        const pen = canvas.getContext('2d');
        pen.fillStyle = `hsl(${number * 61} 30% 40%)`;
        pen.fillRect(0, 0, width, height);
        let seed = number + 1;
        const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
        for (let i = 0; i < 400; ++i) {
          const [x, y, r] = [random() * width, random() * height, 100 + 500 * random()];
          const hill = pen.createRadialGradient(x, y, 0, x, y, r);
          hill.addColorStop(0, `hsl(${360 * random()} 50% ${20 + 60 * random()}% / 0.5)`);
          hill.addColorStop(1, 'transparent');
          pen.fillStyle = hill;
          pen.fillRect(x - r, y - r, 2 * r, 2 * r);
        }
        const grain = new ImageData(512, 512);
        for (let i = 0; i < grain.data.length; i += 4) {
          grain.data.fill(128 + 90 * (random() - 0.5), i, i + 3);
          grain.data[i + 3] = 40;
        }
        pen.fillStyle = pen.createPattern(await createImageBitmap(grain), 'repeat');
        pen.fillRect(0, 0, width, height);
        const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
        return new Promise((resolve) => {
          const reader = new FileReader();
          reader.onload = () => resolve(reader.result);
          reader.readAsDataURL(blob);
        });
      },
      [width, height, number],
    );
    return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  } finally {
    await page.close();
  }
}

async function start(browser) {
  if (flags.program !== undefined) return { url: flags.program, stop: () => undefined };
  if (flags.bin === undefined) throw new Error('give --bin PATH (the program) or --program URL (one that runs)');
  const folder = mkdtempSync(join(tmpdir(), 'sam-annotator-page-'));
  mkdirSync(join(folder, 'images'));
  for (let i = 0; i < pictures; ++i) writeFileSync(join(folder, 'images', `field_${i}.jpg`), await photo(browser, i));
  writeFileSync(join(folder, 'classes.csv'), 'class_name\nhill\ntree\nstone\nwater\nsky\n');
  const port = String(20000 + (process.pid % 20000));
  const args = ['--category_path', folder, '--classes_csv', join(folder, 'classes.csv'), '--model', 'grabcut', '--port', port];
  const env = { ...process.env, SAM_CACHE_DIR: join(folder, 'cache') };
  const child = spawn(flags.bin, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let said = '';
  const url = await new Promise((resolve, reject) => {
    const hear = (chunk) => {
      said += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the program ended with ${code}:\n${said}`)));
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// A star with a wavy edge.
function star(x, y, radius, number) {
  const outer = Array.from({ length: vertices }, (_, i) => {
    const turn = (i / vertices) * 2 * Math.PI;
    const r = radius * (1 + 0.15 * Math.sin(7 * turn + number) + 0.05 * Math.sin(31 * turn));
    return [Math.round((x + r * Math.cos(turn)) * 4) / 4, Math.round((y + r * Math.sin(turn)) * 4) / 4];
  });
  return [{ outer, holes: [] }];
}

async function ask(url, method, path, body) {
  const init = { method, headers: { 'Content-Type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(`${url}/api/v1/${path}`, init);
  const json = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${json.title}: ${json.detail}`);
  return json;
}

// The scene: objects all over the picture, added by edits as the page makes them.
async function addObjects(url, name) {
  const columns = 20;
  let picture = await ask(url, 'GET', `images/${encodeURIComponent(name)}`);
  for (let i = picture.annotations.length; i < objects; ++i) {
    const x = ((i % columns) + 0.5) * (picture.width / columns);
    const y = (Math.floor(i / columns) + 0.5) * (picture.height / (objects / columns));
    const edit = { type: 'add', class_id: i % 5, polygon: star(x, y, picture.width / 42, i), score: 0.9 };
    picture = await ask(url, 'POST', `images/${encodeURIComponent(name)}/edits`, { revision: picture.revision, edit_id: `scene-${i}`, edit });
  }
  return picture;
}

async function opened(page, url, name) {
  await page.goto(url);
  await until(`showing ${name}`, async () => (await page.getByTestId('canvas').getAttribute('data-picture')) === name);
  await until(`painting ${name}`, () => page.evaluate(() => window.seen.painted !== null));
}

const stillLayer = 2; // in the order of canvas/stage.ts

// What a hand does, move by move. Returns the summary of its moves and how often each layer was drawn.
async function moving(page, devtools, moves, during) {
  await page.waitForTimeout(400);
  const busy = async () => (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
  const before = await busy();
  await page.evaluate(() => Object.assign(window.seen, { moves: [], draws: {} }));
  await during(moves);
  await page.waitForTimeout(100);
  const { moves: seen, draws } = await page.evaluate(() => ({ moves: window.seen.moves, draws: window.seen.draws }));
  const cpu_ms = (1e3 * ((await busy()) - before)) / seen.length;
  return { page: summary(seen.map((move) => move.page)), hand: summary(seen.map((move) => move.hand)), cpu_ms, still_drawn: draws[stillLayer] ?? 0 };
}

async function measureMoves(browser, url, name) {
  const picture = await addObjects(url, name);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(watch);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' }); // time of the main thread itself, whatever else the machine does
  await opened(page, url, name);
  const box = await page.getByTestId('canvas').boundingBox();
  const scale = Math.min((box.width - 48) / picture.width, (box.height - 48) / picture.height);
  const spot = ([x, y]) => [box.x + (box.width - scale * picture.width) / 2 + scale * x, box.y + (box.height - scale * picture.height) / 2 + scale * y];
  const circle = async (moves, cx = 0.5, cy = 0.5, r = 0.25) => {
    for (let i = 0; i < moves; ++i) {
      const turn = i / 25;
      await page.mouse.move(box.x + box.width * (cx + r * Math.cos(turn) * Math.min(1, i / 50)), box.y + box.height * (cy + r * Math.sin(turn) * Math.min(1, i / 50)));
    }
  };
  const held = (at) => async (moves) => {
    await page.mouse.move(...at);
    await page.mouse.down();
    await circle(moves);
    await page.keyboard.press('Escape'); // cancelled: nothing is changed
    await page.mouse.up();
  };
  const middle = picture.annotations[155];
  const [vx, vy] = middle.polygon[0].outer[0];
  const result = {};
  const count = 300;
  result.hovering = await moving(page, devtools, count, circle);
  result['drawing a box'] = await moving(page, devtools, count, held([box.x + box.width / 2, box.y + box.height / 2]));
  await page.mouse.click(...spot([(middle.box[0] + middle.box[2]) / 2, (middle.box[1] + middle.box[3]) / 2]));
  await page.keyboard.press('Shift+E');
  result['dragging a vertex'] = await moving(page, devtools, count, held(spot([vx, vy])));
  await page.keyboard.press('Shift+B');
  result.brushing = await moving(page, devtools, count, held([box.x + box.width / 2, box.y + box.height / 2]));
  await page.keyboard.press('Shift+B');
  await page.keyboard.press('Escape');
  result['moving the picture'] = await moving(page, devtools, count, async (moves) => {
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down({ button: 'middle' });
    await circle(moves, 0.5, 0.5, 0.05);
    await page.mouse.up({ button: 'middle' });
  });
  await page.close();
  return result;
}

async function measureLoads(browser, url, name) {
  const all = [];
  for (let i = 0; i < 6; ++i) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.addInitScript(watch);
    await page.goto(url);
    await until(`painting ${name}`, () => page.evaluate(() => window.seen.first !== null));
    all.push(await page.evaluate(() => window.seen.first));
    await context.close();
  }
  return { first: all[0], ...summary(all.slice(1)) };
}

async function measureSwitches(browser, url, names, count) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(watch);
  const proxies = new Set();
  page.on('requestfinished', (request) => {
    const name = /\/images\/([^/]+)\/proxy$/.exec(request.url())?.[1];
    if (name !== undefined) proxies.add(decodeURIComponent(name));
  });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.enable');
  await opened(page, url, names[0]);
  const taken = [];
  const heap = [];
  let [at, step] = [0, 1];
  for (let i = 0; i <= count; ++i) {
    if (i % Math.max(10, Math.floor(count / 20)) === 0) {
      await devtools.send('HeapProfiler.collectGarbage');
      heap.push([i, (await devtools.send('Runtime.getHeapUsage')).usedSize]);
    }
    if (names[at + step] === undefined) step = -step;
    at += step;
    const name = names[at];
    // The first times wait for the neighbour to be fetched and decoded; later it comes from what is kept, or is fetched at the key.
    const timed = i < 3 * names.length;
    if (timed) await until(`fetching ${name}`, () => proxies.has(name));
    if (timed) await page.waitForTimeout(400);
    proxies.delete(name);
    await page.keyboard.press(step > 0 ? 'n' : 'p');
    await until(`painting ${name}`, () => page.evaluate(() => window.seen.painted !== null));
    const shown = await page.getByTestId('canvas').getAttribute('data-picture');
    if (shown !== name) throw new Error(`${shown} is shown, not ${name}`);
    if (timed) taken.push(await page.evaluate(() => window.seen.painted - window.seen.key));
    if (timed) proxies.add(name);
  }
  const alive = await page.evaluate(() => window.seen.alive);
  await page.close();
  const settled = heap.filter(([i]) => i >= count / 5); // after what is kept is full
  return { ...summary(taken), heap_bytes_a_switch: slope(settled), heap_first: heap[0][1], heap_last: heap.at(-1)[1], bitmaps_alive: alive, switches: count };
}

function measureSize(dist) {
  const files = readdirSync(join(dist, 'assets')).filter((name) => name.endsWith('.js'));
  const sizes = Object.fromEntries(files.map((name) => [name, gzipSync(readFileSync(join(dist, 'assets', name)), { level: 9 }).length]));
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const first = files.filter((name) => html.includes(name));
  const sum = (names) => names.reduce((total, name) => total + sizes[name], 0);
  return { first_bytes: sum(first), all_bytes: sum(files), files: files.length };
}

function rowsOf(done) {
  const ms = (value) => `${value.toFixed(1)} ms`;
  const rows = [];
  const row = (what, value, asked, met, note = '') => rows.push({ what, value, asked, met, note });
  for (const [what, { page, hand, cpu_ms: cpu, still_drawn: still }] of Object.entries(done.moves ?? {})) {
    const note = `p50 ${ms(page.p50)}, most ${ms(page.most)}; from the hand p95 ${ms(hand.p95)}; main thread ${ms(cpu)} a move; layer of the others drawn ${still} times in ${page.count} moves`;
    row(`pointer move to drawn, ${what}: p95`, ms(page.p95), '≤ 16 ms', page.p95 <= 16, note);
  }
  if (done.switches !== undefined) {
    const seen = done.switches;
    row('next picture painted, prefetched: p95', ms(seen.p95), '≤ 150 ms', seen.p95 <= 150, `p50 ${ms(seen.p50)}, ${seen.count} switches`);
    const kib = seen.heap_bytes_a_switch / 1024;
    row('heap a switch', `${kib.toFixed(2)} KiB`, '≤ 1 KiB', kib <= 1, `${(seen.heap_first / 1e6).toFixed(1)} MB before, ${(seen.heap_last / 1e6).toFixed(1)} MB after ${seen.switches}`);
    row('decoded pictures kept', String(seen.bitmaps_alive), '≤ 80', seen.bitmaps_alive <= 80, 'proxies, tiles and small pictures, after all switches');
  }
  if (done.loads !== undefined) row('first load to the picture painted', ms(done.loads.p50), '≤ 500 ms', done.loads.p50 <= 500, `p95 ${ms(done.loads.p95)}; the program's first answer ${ms(done.loads.first)}`);
  if (done.size !== undefined) {
    const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
    row('JavaScript, gzipped, all files', kb(done.size.all_bytes), '≤ 250 kB', done.size.all_bytes <= 250_000, `${kb(done.size.first_bytes)} at the first load, ${done.size.files} files`);
  }
  return rows;
}

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
const done = { machine: `${cpus().length} × ${cpus()[0].model}`, browser: browser.version() };
let program = null;
try {
  if (parts.includes('size')) done.size = measureSize(flags.dist);
  if (parts.some((part) => part !== 'size')) {
    program = await start(browser);
    const { url } = program;
    const names = (await ask(url, 'GET', 'images?offset=0&limit=50')).images.filter((image) => image.state !== 'broken').map((image) => image.name);
    await ask(url, 'PUT', 'session/current', { name: names[0] });
    if (parts.includes('moves')) done.moves = await measureMoves(browser, url, names[0]); // before any window has the picture
    await ask(url, 'PUT', 'session/current', { name: names[1] });
    if (parts.includes('loads')) done.loads = await measureLoads(browser, url, names[1]);
    await ask(url, 'PUT', 'session/current', { name: names[0] });
    if (parts.includes('switches')) done.switches = await measureSwitches(browser, url, names.slice(0, pictures), Number(flags.switches));
  }
} finally {
  await program?.stop();
  await browser.close();
}
const rows = rowsOf(done);
const wide = (key) => Math.max(...rows.map((row) => row[key].length));
console.log(`${done.machine}, Chromium ${done.browser}, software rendering`);
for (const row of rows)
  console.log(`${row.what.padEnd(wide('what'))}  ${row.value.padStart(wide('value'))}  ${row.asked.padEnd(wide('asked'))}  ${row.met ? 'yes' : 'NO '}  ${row.note}`);
console.log(JSON.stringify(done));
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify({ ...done, rows }, null, 1)}\n`);
if (rows.some((row) => !row.met)) process.exitCode = 1;
