// A stand-in for the program, to work on the page without it: node dev/fake-server.mjs IMAGE_FOLDER [PORT].
// Masks are ellipses; nothing is stored on disk. It follows docs/openapi.yaml as far as the page uses it.
import { createServer } from 'node:http';
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { dirname, join, extname, resolve } from 'node:path';

const [folder, port = '8010'] = process.argv.slice(2);
const dist = process.env.FAKE_DIST ?? new URL('../dist/', import.meta.url).pathname; // FAKE_DIST: another build of the page
const words = ['person', 'dog', 'cat', 'bird', 'boat', 'tree', 'flower', 'horse', 'car', 'stone', 'water', 'sky'];
const classes = Array.from({ length: 1200 }, (_, id) => ({ id, name: words[id] ?? (process.env.FAKE_GROUPS && id < 60 ? `${['animal/bird', 'animal/fish', 'plant'][id % 3]}/kind ${id}` : null) ?? `species ${String(id).padStart(4, '0')}` }));
const files = readdirSync(folder).filter((name) => /\.(jpe?g|png)$/.test(name)).sort();
const wanted = Number(process.env.FAKE_COUNT ?? files.length);
const names = Array.from({ length: wanted }, (_, i) => (i < files.length ? files[i] : `copy_${i}_${files[i % files.length]}`));
const broken = new Set(names.filter((name, i) => i % 9 === 4 || readFileSync(join(folder, name.replace(/^copy_\d+_/, ''))).length < 1000));
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

// FAKE_PROPOSALS=N: every other picture has N objects that nobody has looked at.
const proposals = Number(process.env.FAKE_PROPOSALS ?? 0);
function proposed(name, width, height) {
  if (names.indexOf(name) % 2 === 1) return [];
  return Array.from({ length: proposals }, (_, i) => {
    const [x, y, r] = [((i * 0.37 + 0.15) % 0.8) * width, ((i * 0.23 + 0.1) % 0.75) * height, (0.05 + 0.025 * (i % 6)) * width];
    const score = 0.35 + ((i * 29) % 60) / 100;
    return { ...ellipse([x, y, x + r, y + 0.8 * r], score), id: ++serial, class_id: i % 7, prompt: { boxes: [[x, y, x + r, y + 0.8 * r]] }, score, review: i % 4 === 3 ? '' : 'proposed', note: '', seconds: i % 4 === 3 ? 4.2 : 0 };
  });
}
function picture(name) {
  if (!pictures.has(name)) {
    const [width, height] = sizeOf(readFileSync(fileOf(name)));
    pictures.set(name, { name, width, height, steps: [proposed(name, width, height)], at: 0, titles: [], changes: 0, marks: { reviewed: false, faulty: false }, last: '', holder: '' });
  }
  const p = pictures.get(name);
  return {
    name, position: names.indexOf(name), width: p.width, height: p.height, encoding: encoding.get(name) ?? 'none',
    revision: `r${p.changes}`, undo_title: p.titles[p.at - 1], redo_title: p.titles[p.at], annotations: p.steps[p.at], can_undo: p.at > 0, can_redo: p.at < p.steps.length - 1,
    ...p.marks, last_edit: p.last, holder: windows.get(p.holder) ?? null,
    tile_levels: 1, warnings: name === names[2] ? [`labels/${name}: line 3 has an odd number of coordinates; it is kept as it is and not used`] : [],
  };
}
const places = new Map(names.map((name, i) => [name, i]));
// FAKE_MARKS=1: some images are labelled, reviewed and so on from the start.
const marks = process.env.FAKE_MARKS !== undefined;
function entry(name) {
  if (proposals > 0 && !broken.has(name)) picture(name);
  const position = places.get(name), kept = pictures.get(name);
  const given = marks && position % 4 > 0 ? position % 7 : 0;
  const objects = kept && (kept.steps.length > 1 || proposals > 0) ? kept.steps[kept.at] : null;
  const n = objects?.length ?? given;
  const base = { name, position, proposals: 0, reviewed: false, faulty: false, kept: false, encoding: encoding.get(name) ?? 'none' };
  if (broken.has(name)) return { ...base, state: 'broken', reason: 'The file ends too early (truncated JPEG)', annotation_count: 0 };
  const labelled = n > 0 || (kept?.steps.length ?? 0) > 1 || (marks && position % 11 === 7);
  return { ...base, state: labelled ? 'labelled' : 'new', annotation_count: n, width: 1200, height: 800, proposals: marks && position % 5 === 2 ? Math.min(n, 3) : 0,
    reviewed: marks && labelled && position % 3 === 1, faulty: marks && position % 23 === 6, ...kept?.marks,
    ...(objects ? { proposals: objects.filter((a) => a.review === 'proposed').length, rejected: objects.filter((a) => a.review === 'rejected').length } : {}), kept: marks && position % 2 === 1 };
}
function passes(e, states) {
  const is = { new: e.state === 'new', labelled: e.annotation_count > 0, empty: e.state === 'labelled' && e.annotation_count === 0, proposed: e.proposals > 0, reviewed: e.reviewed,
    unreviewed: e.state === 'labelled' && !e.reviewed, rejected: e.rejected > 0, faulty: e.faulty, broken: e.state === 'broken' };
  return states.some((state) => is[state]);
}
function filtered(query) {
  const states = query.get('state')?.split(','), text = query.get('text')?.toLowerCase(), classId = query.get('class');
  const [least, most] = [Number(query.get('at_least') ?? 0), Number(query.get('at_most') ?? Infinity)];
  if (!states && !text && classId === null && least === 0 && most === Infinity) return names;
  return names.filter((name) => {
    const e = entry(name), kept = pictures.get(name);
    return (!states || passes(e, states)) && (!text || name.toLowerCase().includes(text)) && e.annotation_count >= least && e.annotation_count <= most
      && (classId === null || (kept?.steps[kept.at] ?? []).some((a) => a.class_id === Number(classId)));
  });
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
function edit(name, { revision, window, edit_id, edit: e }) {
  const now = picture(name);
  if (edit_id !== undefined && edit_id === now.last_edit) return [200, now];
  if (now.holder !== null && now.holder.window !== window) return [423, { type: '/problems/held-elsewhere', title: 'Another window has this image', status: 423, detail: `${now.holder.person || 'Somebody'} has ${name} open and may change it. Take it over first.` }];
  if (revision !== now.revision) return [409, { type: '/problems/revision-conflict', title: 'Changed in another window', status: 409, detail: `The annotations of ${name} are at revision ${now.revision}.` }];
  const p = pictures.get(name);
  p.last = edit_id ?? '';
  let list = now.annotations;
  p.changes++;
  if (e.type === 'mark') Object.assign(p.marks, e.reviewed === undefined ? {} : { reviewed: e.reviewed }, e.faulty === undefined ? {} : { faulty: e.faulty });
  else if (e.type === 'undo') p.at--;
  else if (e.type === 'redo') p.at++;
  else {
    if (e.type === 'add') list = [...list, { ...ellipse(JSON.parse(e.rle ?? '[0,0,9,9]'), e.score), id: ++serial, class_id: e.class_id, prompt: e.prompt, score: e.score }];
    if (e.type === 'delete') list = list.filter((a) => !e.ids.includes(a.id));
    if (e.type === 'set_class') list = list.map((a) => (e.ids.includes(a.id) ? { ...a, class_id: e.class_id } : a));
    if (e.type === 'clear') list = [];
    if (e.type === 'review') list = list.map((a) => (e.ids.includes(a.id) ? { ...a, review: e.review, note: e.note ?? a.note } : a));
    if (e.type === 'set_mask') list = list.map((a) => (a.id === e.id ? { ...a, ...ellipse(JSON.parse(e.rle), e.score), review: a.review === 'proposed' ? 'accepted' : a.review } : a));
    if (e.type === 'add' && e.polygon) list = [...list.slice(0, -1), { ...list.at(-1), ...outlined(e.polygon) }];
    const shape = (ids, change) => list.map((a) => (ids.includes(a.id) ? { ...a, ...outlined(change(a.polygon, a)) } : a));
    const ring = (points, far) => (points.length === 1 ? square(points[0], far) : [...points, ...points.slice().reverse().map(([x, y]) => [x + far, y + far])]);
    if (e.type === 'set_polygon') list = shape([e.id], () => e.polygon);
    if (e.type === 'paint' && e.id === null) list = [...list, { id: ++serial, class_id: e.class_id, score: 0, prompt: {}, ...outlined([{ outer: ring(e.points, e.radius), holes: [] }]) }];
    else if (e.type === 'paint') list = shape([e.id], (p) => (e.erase ? p.map((part) => ({ ...part, holes: [...part.holes, ring(e.points, e.radius)] })) : [...p, { outer: ring(e.points, e.radius), holes: [] }]));
    if (e.type === 'merge') list = shape(e.ids.slice(0, 1), (p) => [...p, ...list.filter((a) => e.ids.slice(1).includes(a.id)).flatMap((a) => a.polygon)]).filter((a) => !e.ids.slice(1).includes(a.id));
    if (e.type === 'subtract') list = shape([e.id], (p) => p.map((part) => ({ ...part, holes: [...part.holes, ...list.filter((a) => e.ids.includes(a.id)).flatMap((a) => a.polygon.map(({ outer }) => outer))] })));
    if (e.type === 'fill_holes') list = shape(e.ids, (p) => p.map(({ outer }) => ({ outer, holes: [] })));
    if (e.type === 'drop_specks') list = shape(e.ids, (p) => p.slice(0, 1));
    if (e.type === 'simplify') list = shape(e.ids, (p) => p.map(({ outer, holes }) => ({ outer: outer.filter((_, i) => outer.length < 8 || i % Math.ceil(1 + e.tolerance) === 0), holes })));
    if (e.type === 'order') list = e.to === 'front' || e.to === 'forward' ? [...list.filter((a) => !e.ids.includes(a.id)), ...list.filter((a) => e.ids.includes(a.id))] : [...list.filter((a) => e.ids.includes(a.id)), ...list.filter((a) => !e.ids.includes(a.id))];
    if (e.type === 'copy') list = [...list, ...picture(e.from).annotations.filter((a) => e.ids.includes(a.id)).map((a) => ({ ...a, id: ++serial }))];
    p.titles.splice(p.at, Infinity, e.type);
    p.steps.splice(++p.at, Infinity, list);
  }
  const after = picture(name);
  send('changed', { name, revision: after.revision, window });
  send('progress', progress());
  return [200, after];
}
// Of the windows that listen: who sits there, and what is on its screen.
const windows = new Map();
const tellWindows = () => send('windows', { windows: [...windows.values()].map((w) => ({ ...w, holds: pictures.get(w.image)?.holder === w.window })) });
function hold(name, window) {
  for (const p of pictures.values()) if (p.holder === window) p.holder = '';
  const p = pictures.get(name);
  if (!windows.has(p.holder)) p.holder = window;
  if (windows.has(window)) windows.get(window).image = name;
  tellWindows();
}
function square([x, y], half) {
  return [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]];
}
function outlined(polygon) {
  const all = polygon.flatMap(({ outer }) => outer), xs = all.map(([x]) => x), ys = all.map(([, y]) => y);
  const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return { polygon, box, area: Math.round(0.7 * (box[2] - box[0]) * (box[3] - box[1])) };
}
function encode(name) {
  if (encoding.has(name)) return;
  encoding.set(name, 'running');
  send('encoding', { name, encoding: 'running' });
  setTimeout(() => { encoding.set(name, 'ready'); send('encoding', { name, encoding: 'ready' }); }, 1500);
}
// FAKE_MEMORY: normal, warning or critical.
const tight = { normal: 0.3, warning: 0.84, critical: 0.97 }[process.env.FAKE_MEMORY ?? 'normal'];
const GB = 2 ** 30;
const log = [];
let given = 0;
function note(kind, text) {
  log.push({ number: log.length + 1, time_ms: Date.now(), kind, text });
  send('memory_event', log.at(-1));
}
function statistics() {
  const all = names.map((name) => (broken.has(name) ? [] : picture(name).annotations));
  const objects = all.flat(), areas = { min: 80, median: 2100, mean: 5230.5, max: 90210, small: 12, medium: Math.max(0, objects.length - 15), large: 3 };
  const seconds = { objects: 21, median: 4.2, mean: 6.1, sum: 4200 }, states = { broken: broken.size, faulty: 0, reviewed: 0, proposed: 2, labelled: 0, empty: 1, new: 2 };
  return { states, seconds, proposals: 20, rejected: 0, images: names.length, labelled_images: all.filter((a) => a.length > 0).length, empty_images: 1, fresh_images: all.filter((a) => a.length === 0).length - 1, annotations: objects.length, areas,
    classes: classes.map((c) => ({ ...c, seconds, annotations: objects.filter((a) => a.class_id === c.id).length, images: all.filter((a) => a.some((b) => b.class_id === c.id)).length, areas })),
    objects_an_image: { 0: 3, 1: 0, 2: 0, '3-4': 0, '5-8': 0, '9-16': 2 }, most_objects: 16, sources: { sam: objects.length }, unreadable: [] };
}
function chart(name, theme) {
  const ink = theme === 'dark' ? '#cfd6e0' : '#333a45';
  const bars = Array.from({ length: 12 }, (_, i) => `<rect x="${40 + i * 46}" y="${30 + i * 14}" width="34" height="${210 - i * 14}" rx="3" fill="#5aa9ff"/>`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="280" viewBox="0 0 640 280">${bars}<path d="M30 240H610" stroke="${ink}"/><text x="320" y="268" fill="${ink}" font-family="sans-serif" font-size="13" text-anchor="middle">${name}</text></svg>`;
}
let preferences = {};
let prepareAhead = true;
const predictor = { use: 'model', can_use_grabcut: true, family: 'sam1', key: 'sam1', description: 'stand-in', takes_mask_input: true, max_candidates: 3, model: { name: 'stand-in', state: 'loaded', reason: '' } };
const share = (at, of) => Math.min(0.995, of * (0.9 + 0.1 * Math.sin(at / 40000) + 0.03 * Math.sin(at / 7000)));
function domain(id, name, total, others, at) {
  const fraction = share(at, id === 'host' ? tight : 0.4);
  const limit = Math.min(0.9 * total, total - others);
  const own = Math.max(0.3 * GB, fraction * limit - given);
  const by_owner = { weights: 0.24 * own, scratch: 0.3 * own, images: 0.16 * own, embeddings: 0.22 * own, predictions: 0.01 * own };
  const used = own + others, pressure = own / limit, level = pressure >= 0.95 ? 'critical' : pressure >= 0.8 ? 'warning' : 'normal';
  const gb = (n) => (n / GB).toFixed(2);
  return { domain: id, name, used, total, free: total - used, own, limit, reserved: 0.93 * own, other: 0.07 * own, by_owner, utilization: used / total, pressure, level, readable: true,
    formatted: `Used: ${gb(used)} GB / Total: ${gb(total)} GB (${((100 * used) / total).toFixed(1)}%)` };
}
function memory(at = Date.now()) {
  const domains = [domain('host', 'Host', 8 * GB, 1.1 * GB, at), ...(process.env.FAKE_CARD ? [domain('cuda:0', process.env.FAKE_CARD, 24 * GB, 3.2 * GB, at)] : [])];
  const rungs = ['reclaim', 'reclaim all', 'shrink engines', 'lower precision', 'cpu', 'restart worker'].map((rung, i) => ({ rung, runs: tight > 0.9 ? [7, 3, 1, 0, 0, 0][i] : 0, skips: tight > 0.9 ? [0, 0, 0, 1, 1, 0][i] : 0, rescues: tight > 0.9 ? [4, 2, 1, 0, 0, 0][i] : 0, freed_bytes: tight > 0.9 ? [9e8, 7e8, 2.1e8, 0, 0, 0][i] : 0, seconds: tight > 0.9 ? [0.012, 0.03, 1.4, 0, 0, 0][i] : 0 }));
  return { time_ms: at, line: `SAM Annotator ${Math.round(domains[0].own / 2 ** 20)} MB · Host ${domains[0].formatted}${domains[1] ? ` · ${domains[1].name} ${domains[1].formatted}` : ' · no GPU'}`,
    formatted: '', level: domains[0].level, message: '', thresholds: { warning: 0.8, critical: 0.95 }, domains, caches: [{ name: 'embeddings', entries: 3, bytes: 12e6, hits: 9, misses: 3 }, { name: 'embeddings_on_disk', entries: 41, bytes: 86e6, hits: 12, misses: 41, limit: 4 * GB, dropped: 0, damaged: 0 }], recovery: { operations: rungs[0].runs, exhausted: 0, rungs } };
}
function history() {
  const times = Array.from({ length: 260 }, (_, i) => Date.now() - 2000 * (260 - i));
  const points = times.map((at) => memory(at).domains);
  return { interval_ms: 2000, time_ms: times, domains: points[0].map((d, i) => ({ domain: d.domain, ...Object.fromEntries(['own', 'limit', 'utilization', 'pressure'].map((key) => [key, points.map((p) => p[i][key])])) })) };
}
if (tight > 0.5) note('level', 'host memory is at warning: 5.8 of 6.9 GB used');
if (tight > 0.9) for (const text of ['host memory is at critical: 6.7 of 6.9 GB used', 'encoding DSC_0412.jpg: reclaim gave back 128 MB', 'encoding DSC_0412.jpg: succeeded after reclaim', 'encoding DSC_0413.jpg: shrink engines gave back 210 MB', 'encoding DSC_0413.jpg: succeeded after shrink engines']) note('recovery', text);
setInterval(() => send('memory', memory()), 1000);

// Jobs of eight seconds.
const jobs = [];
const results = new Map();
const formats = [
  ['coco', 'COCO (instances)', '.json', ['A number of rounds the outline’s corners to two decimals', 'Notes of reviewers', 'Time spent on each object']],
  ['yolo_seg', 'YOLO segmentation', '', ['Holes', 'Objects of several parts become several', 'Scores']],
  ['labelme', 'labelme (X-AnyLabeling)', '', ['Scores']],
].map(([name, title, extension, losses]) => ({ name, title, extension, losses }));
function changeJob(job, change) {
  Object.assign(job, change);
  send('job', job);
}
function startJob(request) {
  const { kind, dry_run } = request;
  if (kind === 'classes' && request.change === 'rename' && classes.some((c) => c.name === request.to)) return [422, { title: 'This class is there already', status: 422, detail: `${request.to} is a class of its own; merge the two instead.` }];
  const title = { embed: 'Prepare all images', export: `Export as ${request.format}`, import: `Import from ${request.path?.split('/').at(-1)}`, classes: `${request.change} class ${request.name}` }[kind] ?? kind;
  const job = { id: ++serial, kind, title, state: 'running', done: 0, total: 0, seconds: 0, left_s: 0, message: '', log: [], started_ms: Date.now(), changes_project: (kind === 'import' || kind === 'classes') && !dry_run };
  jobs.unshift(job);
  send('job', job);
  const steps = dry_run || kind === 'statistics' ? 3 : 40;
  const timer = setInterval(() => {
    if (job.state !== 'running') return clearInterval(timer);
    const seconds = job.seconds + 0.2, done = Math.min(names.length, job.done + Math.ceil(names.length / steps));
    changeJob(job, { seconds, done, total: names.length, left_s: (seconds * (names.length - done)) / done, log: done > names.length / 2 ? ['DSC_0412.jpg: the file ends too early; passed over', 'DSC_0788.jpg: 1 object without pixels left out'] : [] });
    if (done < names.length) return;
    if (kind === 'classes') results.set(job.id, { pictures: 37, annotations: 112, renumbered: request.change === 'merge' ? 1188 : 0, classes: classes.map((c) => c.name) });
    if (kind === 'import') results.set(job.id, { pictures: 812, annotations: 5120, photos_added: 3, classes_added: ['kestrel', 'heron', 'animal/otter'], same_objects: 14, conflicts: { kept: 9, replaced: 0, merged: 0 }, without_photo: 2, warnings: ['a.json: a shape of kind "line" has no area; left out'] });
    changeJob(job, { state: 'done', left_s: 0, message: `${names.length} images in ${seconds.toFixed(0)} s.` });
    send('project', {});
  }, 200);
  return [200, job];
}
function progress() {
  const entries = names.slice(0, 2000).map(entry), n = (test) => entries.filter(test).length;
  return { images: entries.length, new: n((e) => passes(e, ['new'])), labelled: n((e) => passes(e, ['labelled'])), empty: n((e) => passes(e, ['empty'])), proposed: n((e) => e.proposals > 0), reviewed: n((e) => e.reviewed), faulty: n((e) => e.faulty), broken: n((e) => e.state === 'broken'),
    annotations: entries.reduce((sum, e) => sum + e.annotation_count, 0), proposals: 12, rejected: 3, seconds_per_object: 6.4, objects_per_hour: 412, images_per_hour: 96, left_s: 14400 };
}
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
  if (parts[0] === 'project' && parts[1] === 'progress') return json(200, progress());
  if (parts[0] === 'project') return json(200, { name: 'samples', folder: resolve(folder, '..'), version: '0', classes, image_count: names.length, current, predictor, warnings: [] });
  if (parts[0] === 'windows') return json(200, { windows: [...windows.values()] });
  if (parts[0] === 'jobs') {
    const [, id, what, chosen] = parts, job = jobs.find((j) => j.id === Number(id));
    if (id === undefined) return req.method === 'POST' ? json(...startJob(data)) : json(200, { jobs });
    if (job === undefined) return json(404, { title: 'No such job', status: 404, detail: `There is no job ${id}.` });
    if (what === 'result') return json(200, job.kind === 'statistics' ? statistics() : (results.get(job.id) ?? {}));
    if (what === 'charts') return res.writeHead(200, { 'Content-Type': 'image/svg+xml' }).end(chart(chosen, url.searchParams.get('theme')));
    if (what === 'cancel') changeJob(job, { state: 'cancelled', message: 'Stopped when it was asked to.' });
    if (req.method === 'DELETE') jobs.splice(jobs.indexOf(job), 1);
    return json(200, job);
  }
  if (parts[0] === 'formats') return json(200, { formats });
  if (parts[0] === 'folders') {
    const path = url.searchParams.get('path') || '/';
    try {
      const inside = readdirSync(path, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
      return json(200, { path, parent: path === '/' ? null : dirname(path), folders: inside.filter((e) => e.isDirectory()).map((e) => e.name), files: inside.filter((e) => e.isFile()).map((e) => e.name) });
    } catch { return json(404, { title: 'No such folder', status: 404, detail: `${path} is not a folder, or may not be read.` }); }
  }
  if (parts[0] === 'preferences') {
    if (req.method === 'PUT') preferences = data;
    return json(200, preferences);
  }
  if (parts[0] === 'memory') {
    if (parts[1] === 'history') return json(200, history());
    if (parts[1] === 'events') return json(200, { events: log });
    if (parts[1] === 'settings') {
      prepareAhead = data.prepare_ahead ?? prepareAhead;
      return json(200, { prepare_ahead: prepareAhead });
    }
    if (parts[1] === 'optimize' || parts[1] === 'clear') {
      given += 0.4 * GB;
      note('optimize', 'Memory optimization performed: 410 MB given back');
      return json(200, { done: true, freed_bytes: 0.4 * GB, memory: memory() });
    }
    return json(200, memory());
  }
  if (parts[0] === 'predictor') {
    if (data.use !== undefined) Object.assign(predictor, data.use === 'model' ? { use: 'model', family: 'sam1', description: 'stand-in' } : { use: 'grabcut', family: 'grabcut', description: 'GrabCut (no model file)' });
    send('predictor', predictor);
    return json(200, predictor);
  }
  if (parts[0] === 'events') {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write(`event: memory\ndata: ${JSON.stringify(memory())}\n\n`);
    listeners.add(res);
    const window = url.searchParams.get('window') ?? '';
    windows.set(window, { window, person: url.searchParams.get('person') ?? '', image: windows.get(window)?.image ?? null });
    tellWindows();
    return req.on('close', () => { listeners.delete(res); windows.delete(window); tellWindows(); }).resume();
  }
  if (parts[0] === 'session') {
    if (broken.has(data.name) || !names.includes(data.name)) return json(422, { title: 'The picture cannot be read', status: 422, detail: `${data.name} is truncated.` });
    current = data.name;
    encode(current);
    picture(current);
    hold(current, data.window ?? '');
    return json(200, picture(current));
  }
  if (parts[0] === 'images' && parts.length === 1) {
    const offset = Number(url.searchParams.get('offset') ?? 0);
    const listed = filtered(url.searchParams);
    const images = listed.slice(offset, offset + Number(url.searchParams.get('limit') ?? 200)).map(entry);
    return json(200, { total: listed.length, all: names.length, offset, images });
  }
  if (parts[0] === 'images' && parts[1] === 'next') {
    const from = Number(url.searchParams.get('from')), step = Number(url.searchParams.get('step'));
    const listed = filtered(url.searchParams).filter((name) => !broken.has(name));
    const found = step > 0 ? listed.find((name) => places.get(name) > from) : listed.findLast((name) => places.get(name) < from);
    return json(200, { image: found === undefined ? null : entry(found) });
  }
  const name = parts[1];
  if (parts[0] === 'images' && !names.includes(name)) return json(404, { title: 'No such image', status: 404, detail: String(name) });
  if (parts[0] !== 'images') return json(404, { title: 'Nothing here', status: 404, detail: url.pathname });
  if (parts[2] === undefined || parts[2] === 'save') return json(200, picture(name));
  if (parts[2] === 'proxy') return res.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(readFileSync(fileOf(name)));
  if (parts[2] === 'segment') return setTimeout(() => json(200, { candidates: segment(data), decode_ms: 30, wait_ms: 0 }), encoding.get(name) === 'ready' ? 60 : 1600);
  if (parts[2] === 'holder') {
    picture(name);
    pictures.get(name).holder = data.window;
    tellWindows();
    send('changed', { name, revision: picture(name).revision, window: data.window });
    return json(200, picture(name));
  }
  if (parts[2] === 'visualization') return json(200, { file: `saved_visualizations/${name.replace(/\.[^.]*$/, '')}_${data.view}.png` });
  if (parts[2] === 'edits') return json(...edit(name, data));
  return json(404, { title: 'Nothing here', status: 404, detail: url.pathname });
}).listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
