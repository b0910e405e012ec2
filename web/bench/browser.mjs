// How soon the page paints, in a real browser: browser.mjs URL SWITCHES HOVER_S. The program at URL shows a folder of SWITCHES + 1 pictures or more.
// Prints one line of JSON:
//   switches_ms   from the key for the next picture to its proxy on the screen; the picture was prepared and its proxy fetched ahead
//   masks         painted under a cursor that moved for seconds, each counted once
// A drawing counts as painted two frames later: the first of them is the frame it is part of, and the second begins when that one was handed over.

import { chromium } from '@playwright/test';

const [url, switches, hoverSeconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

// Runs in the page before its own code.
function watch() {
  const seen = { key: 0, painted: null, bitmap: null, masks: 0 };
  window.seen = seen;
  window.addEventListener('keydown', (event) => Object.assign(seen, { key: event.timeStamp, painted: null }), true);
  const layer = (index) => [...document.querySelectorAll('[data-testid=canvas] canvas')].at(index);
  const context = CanvasRenderingContext2D.prototype;
  const { drawImage, fill } = context;
  context.drawImage = function (image, ...place) {
    drawImage.call(this, image, ...place);
    if (!(image instanceof ImageBitmap) || image === seen.bitmap || this.canvas !== layer(0)) return;
    seen.bitmap = image;
    requestAnimationFrame(() => requestAnimationFrame(() => (seen.painted ??= performance.now())));
  };
  const outlines = new WeakSet();
  context.fill = function (...what) {
    fill.apply(this, what);
    if (!(what[0] instanceof Path2D) || what[1] !== 'evenodd' || this.canvas !== layer(-1) || outlines.has(what[0])) return;
    outlines.add(what[0]);
    ++seen.masks;
  };
}

async function until(what, condition) {
  for (const end = Date.now() + 120_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20)))
    if (await condition()) return;
  throw new Error(`${what} did not happen within two minutes`);
}

async function json(path) {
  return (await fetch(`${url}/api/v1/${path}`)).json();
}

async function switchThrough(page, names, proxies) {
  const taken = [];
  for (const name of names) {
    await until(`preparing ${name}`, async () => (await json(`images/${name}`)).encoding === 'ready' && proxies.has(name));
    await page.waitForTimeout(300); // the proxy is decoded
    await page.keyboard.press('n');
    await until(`painting ${name}`, () => page.evaluate(() => window.seen.painted !== null));
    taken.push(await page.evaluate(() => window.seen.painted - window.seen.key));
    const shown = await page.getByTestId('canvas').getAttribute('data-picture');
    if (shown !== name) throw new Error(`${shown} is shown, not ${name}`);
  }
  return taken;
}

async function hover(page, name) {
  await until(`encoding ${name}`, async () => (await json(`images/${name}`)).encoding === 'ready');
  await page.keyboard.press('w'); // points
  const box = await page.getByTestId('canvas').boundingBox();
  const move = (turn) =>
    page.mouse.move(
      box.x + box.width * (0.5 + 0.12 * Math.cos(turn)),
      box.y + box.height * (0.5 + 0.12 * Math.sin(turn)),
    );
  await move(0);
  await until('a first mask', () => page.evaluate(() => window.seen.masks > 0));
  const before = await page.evaluate(() => window.seen.masks);
  const begin = performance.now();
  while (performance.now() - begin < hoverSeconds * 1000) await move((performance.now() - begin) / 700);
  const seconds = (performance.now() - begin) / 1000;
  return { masks: (await page.evaluate(() => window.seen.masks)) - before, seconds };
}

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(watch);
  const proxies = new Set();
  page.on('requestfinished', (request) => {
    const name = /\/images\/([^/]+)\/proxy$/.exec(request.url())?.[1];
    if (name !== undefined) proxies.add(decodeURIComponent(name));
  });
  const names = (await json('images?offset=0&limit=200')).images.map((image) => image.name).slice(0, switches + 1);
  await page.goto(url);
  await until('showing the first picture', async () => (await page.getByTestId('canvas').getAttribute('data-picture')) === names[0]);
  const switches_ms = await switchThrough(page, names.slice(1), proxies);
  console.log(JSON.stringify({ switches_ms, ...(await hover(page, names.at(-1))) }));
} finally {
  await browser.close();
}
