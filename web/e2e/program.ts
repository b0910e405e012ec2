// The program on a copy of samples/, started for one test and stopped after it.

import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { drawTables } from './drawing';

export const brokenName = 'broken.jpg';

export interface Program {
  readonly url: string;
  readonly folder: string;
  readonly cache: string; // its folder
  labels(base: string): string[]; // lines of labels/<base>.txt; none if there is no file
  goOn(): void; // with the engines, if they were held
  kill(): Promise<void>; // by SIGKILL, whatever it is doing
  restart(): Promise<void>; // at the same address, after kill()
  stop(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

// copies: pictures of the project, the samples over and over; 0: each once. drawn: pictures of flat shapes in their place.
function copySamples(copies: number, drawn: boolean): string {
  const folder = mkdtempSync(join(tmpdir(), 'sam-annotator-e2e-'));
  cpSync(new URL('../../samples', import.meta.url).pathname, folder, { recursive: true });
  const images = join(folder, 'images');
  const names = readdirSync(images);
  if (copies > 0) {
    for (let i = 0; i < copies; ++i) {
      const name = names[i % names.length]!;
      cpSync(join(images, name), join(images, `photo_${String(i).padStart(5, '0')}${extname(name)}`));
    }
    for (const name of names) rmSync(join(images, name));
    return folder;
  }
  if (drawn) {
    for (const name of names) rmSync(join(images, name));
    drawTables(images);
    return folder;
  }
  const whole = readFileSync(join(folder, 'images/astronaut.jpg'));
  writeFileSync(join(folder, 'images', brokenName), whole.subarray(0, 600));
  return folder;
}

// The process of the engines, stopped as soon as it is there: its model takes as long as the test likes.
async function heldEngines(pid: number): Promise<number> {
  for (;;) {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ');
      const engines = children.map(Number).find((child) => child > 0 && commandOf(child).includes('worker'));
      if (engines === undefined) continue;
      process.kill(engines, 'SIGSTOP');
      return engines;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function whenReady(child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the program ended with ${code}:\n${output}`)));
  });
}

export interface Start {
  readonly memory?: string; // a script of readings (SAM_MEMORY_SCRIPT) in place of the machine's
  readonly model?: readonly [encoder: string, decoder: string] | 'builtin'; // files; none: GrabCut
  readonly holdEngines?: boolean; // the model is not loaded before goOn()
  readonly costs?: string; // model_costs.json, as an earlier run measured
  readonly copies?: number; // so many pictures, the samples over and over
  readonly drawn?: boolean; // pictures of flat shapes
}

// The tests' own SAM: what it computes is told in tests/models/make_models.py.
const data = new URL('../../tests/data/models/', import.meta.url).pathname;
export const smallModel = [`${data}sam1_512.encoder.onnx`, `${data}sam1_512.decoder.onnx`] as const;

export const otherDecoder = `${data}sam1_four.decoder.onnx`; // of a larger model

export async function startProgram({ memory, model, holdEngines, costs, copies = 0, drawn = false }: Start = {}): Promise<Program> {
  const binary = process.env['SAM_ANNOTATOR_BIN'];
  if (binary === undefined)
    throw new Error('set SAM_ANNOTATOR_BIN to the program, such as build/release/src/cli/sam-annotator');
  const folder = copySamples(copies, drawn);
  const port = String(await freePort());
  const flags = ['--category_path', folder, '--classes_csv', join(folder, 'classes.csv'), '--port', port];
  const script = join(folder, 'memory.script');
  if (memory !== undefined) writeFileSync(script, memory);
  if (model === undefined) flags.push('--model', 'grabcut');
  else if (model !== 'builtin') flags.push('--encoder', model[0], '--decoder', model[1]);
  const cache = join(folder, 'cache');
  mkdirSync(cache);
  if (costs !== undefined) writeFileSync(join(cache, 'model_costs.json'), costs);
  // Nothing of the person's own is read or written.
  const kept = { SAM_CACHE_DIR: cache, XDG_CONFIG_HOME: join(folder, 'config') };
  const env = { ...process.env, ...kept, ...(memory === undefined ? {} : { SAM_MEMORY_SCRIPT: script }) };
  let child!: ChildProcess;
  let ended!: Promise<void>;
  const launch = () => {
    child = spawn(binary, flags, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  };
  launch();
  const held = holdEngines === true ? heldEngines(child.pid!) : null;
  const url = await whenReady(child);
  const engines = await held;
  return {
    url,
    folder,
    cache,
    goOn: () => void process.kill(engines!, 'SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async restart() {
      launch();
      await whenReady(child);
    },
    labels(base) {
      try {
        return readFileSync(join(folder, 'labels', `${base}.txt`), 'utf8')
          .split('\n')
          .filter((line) => line !== '');
      } catch {
        return [];
      }
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
