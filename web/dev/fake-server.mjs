// A stand-in for the program, to work on the page without it: node dev/fake-server.mjs IMAGE_FOLDER [PORT].
// Masks are ellipses; nothing is stored on disk. It follows docs/openapi.yaml as far as the page uses it.
import { createServer } from 'node:http';
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { join, extname } from 'node:path';

const [folder, port = '8010'] = process.argv.slice(2);
const dist = new URL('../dist/', import.meta.url).pathname;
const words = ['person', 'dog', 'cat', 'bird', 'boat', 'tree', 'flower', 'horse', 'car', 'stone', 'water', 'sky'];
const classes = Array.from({ length: 1200 }, (_, id) => ({ id, name: words[id] ?? `species ${String(id).padStart(4, '0')}` }));
const files = readdirSync(folder).filter((name) => /\.(jpe?g|png)$/.test(name)).sort();
const wanted = Number(process.env.FAKE_COUNT ?? files.length);
const names = Array.from({ length: wanted }, (_, i) => (i < files.length ? files[i] : `copy_${i}_${files[i % files.length]}`));
const broken = new Set(names.filter((_, i) => i % 9 === 4));
const encoding = new Map();
const pictures = new Map();
const listeners = new Set();
let current = null;
let serial = 0;

function sizeOf(bytes) {
  if (bytes.readUInt32BE(0) === 0x89504e47) return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  for (let at = 2; ; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1];
    if (marker >= 0xc0 && marker <= 0xc3) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
  }
}
const fileOf = (name) => join(folder, name.replace(/^copy_\d+_/, ''));
const send = (event, data) => listeners.forEach((res) => res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));

function picture(name) {
  if (!pictures.has(name)) {
    const [width, height] = sizeOf(readFileSync(fileOf(name)));
    pictures.set(name, { name, width, height, steps: [[]], at: 0 });
  }
  const p = pictures.get(name);
  return {
    name, position: names.indexOf(name), width: p.width, height: p.height, encoding: encoding.get(name) ?? 'none',
    revision: `r${p.at}.${p.steps.length}`, annotations: p.steps[p.at], can_undo: p.at > 0, can_redo: p.at < p.steps.length - 1,
    tile_levels: 1, warnings: name === names[2] ? [`labels/${name}: line 3 has an odd number of coordinates; it is kept as it is and not used`] : [],
  };
}
function ellipse([x0, y0, x1, y1], score) {
  const ring = Array.from({ length: 72 }, (_, i) => {
    const angle = (i / 72) * 2 * Math.PI, r = 1 + 0.06 * Math.sin(5 * angle);
    return [(x0 + x1) / 2 + ((x1 - x0) / 2.1) * r * Math.cos(angle), (y0 + y1) / 2 + ((y1 - y0) / 2.1) * r * Math.sin(angle)];
  });
  const box = [x0, y0, x1, y1];
  return { score, area: Math.round(0.78 * (x1 - x0) * (y1 - y0)), box, polygon: [{ outer: ring, holes: [] }], rle: JSON.stringify(box), logits_key: `k${++serial}` };
}
function segment({ boxes, points, multimask }) {
  const p = points.filter((q) => q.foreground);
  const box = boxes[0] ?? [Math.min(...p.map((q) => q.x)) - 60, Math.min(...p.map((q) => q.y)) - 60, Math.max(...p.map((q) => q.x)) + 60, Math.max(...p.map((q) => q.y)) + 60];
  const shrink = (f) => [box[0] + f, box[1] + f, box[2] - f, box[3] - f];
  return (multimask ? [0, 12, 24] : [0]).map((f, i) => ellipse(shrink(f), 0.94 - 0.11 * i));
}
function edit(name, { revision, window, edit: e }) {
  const now = picture(name);
  if (revision !== now.revision) return [409, { type: '/problems/revision-conflict', title: 'Changed in another window', status: 409, detail: `The annotations of ${name} are at revision ${now.revision}.` }];
  const p = pictures.get(name);
  let list = now.annotations;
  if (e.type === 'undo') p.at--;
  else if (e.type === 'redo') p.at++;
  else {
    if (e.type === 'add') list = [...list, { ...ellipse(JSON.parse(e.rle), e.score), id: ++serial, class_id: e.class_id, prompt: e.prompt, score: e.score }];
    if (e.type === 'delete') list = list.filter((a) => !e.ids.includes(a.id));
    if (e.type === 'set_class') list = list.map((a) => (e.ids.includes(a.id) ? { ...a, class_id: e.class_id } : a));
    if (e.type === 'clear') list = [];
    p.steps.splice(++p.at, Infinity, list);
  }
  const after = picture(name);
  send('changed', { name, revision: after.revision, window });
  return [200, after];
}
function encode(name) {
  if (encoding.has(name)) return;
  encoding.set(name, 'running');
  send('encoding', { name, encoding: 'running' });
  setTimeout(() => { encoding.set(name, 'ready'); send('encoding', { name, encoding: 'ready' }); }, 1500);
}
function memory() {
  const used = 2.45 + 0.3 * Math.sin(Date.now() / 4000);
  const domain = { name: 'Host', used: used * 2 ** 30, total: 8 * 2 ** 30, free: (8 - used) * 2 ** 30, utilization: used / 8, formatted: `Used: ${used.toFixed(2)} GB / Total: 8.00 GB (${(used * 12.5).toFixed(1)}%)`, source: 'fake' };
  return { line: `Running on CPU - memory stats not available · host ${domain.formatted}`, host: domain, devices: [] };
}
setInterval(() => send('memory', memory()), 1000);

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
createServer(async (req, res) => {
  const url = new URL(req.url, 'http://x');
  const json = (status, body) => { res.writeHead(status, { 'Content-Type': 'application/json' }); res.end(JSON.stringify(body)); };
  let body = '';
  for await (const chunk of req) body += chunk;
  const data = body === '' ? {} : JSON.parse(body);
  const parts = url.pathname.split('/').slice(3).map(decodeURIComponent);
  if (!url.pathname.startsWith('/api/v1/')) {
    const file = join(dist, url.pathname === '/' ? 'index.html' : url.pathname);
    if (!existsSync(file)) return json(404, {});
    res.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': "default-src 'self'" });
    return res.end(readFileSync(file));
  }
  if (parts[0] === 'project') return json(200, { name: 'samples', folder: '/data/samples', version: '0', classes, image_count: names.length, current, predictor: { family: 'sam', description: 'stand-in', takes_mask_input: true, max_candidates: 3 }, warnings: [] });
  if (parts[0] === 'events') {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write(`event: memory\ndata: ${JSON.stringify(memory())}\n\n`);
    listeners.add(res);
    return req.on('close', () => listeners.delete(res)).resume();
  }
  if (parts[0] === 'session') {
    if (broken.has(data.name) || !names.includes(data.name)) return json(422, { title: 'The picture cannot be read', status: 422, detail: `${data.name} is truncated.` });
    current = data.name;
    encode(current);
    return json(200, picture(current));
  }
  if (parts[0] === 'images' && parts.length === 1) {
    const offset = Number(url.searchParams.get('offset') ?? 0);
    const images = names.slice(offset, offset + Number(url.searchParams.get('limit') ?? 200)).map((name) => {
      const steps = pictures.get(name);
      const n = steps ? steps.steps[steps.at].length : 0;
      if (broken.has(name)) return { name, state: 'broken', reason: 'The file ends too early (truncated JPEG)', annotation_count: 0, encoding: 'none' };
      return { name, state: n > 0 ? 'labelled' : 'new', annotation_count: n, encoding: encoding.get(name) ?? 'none' };
    });
    return json(200, { total: names.length, offset, images });
  }
  const name = parts[1];
  if (parts[2] === undefined || parts[2] === 'save') return json(200, picture(name));
  if (parts[2] === 'proxy') return res.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(readFileSync(fileOf(name)));
  if (parts[2] === 'segment') return setTimeout(() => json(200, { candidates: segment(data), decode_ms: 30, wait_ms: 0 }), encoding.get(name) === 'ready' ? 60 : 1600);
  if (parts[2] === 'edits') return json(...edit(name, data));
  return json(404, { title: 'Nothing here', status: 404, detail: url.pathname });
}).listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
