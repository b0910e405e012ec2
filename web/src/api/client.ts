// The program over HTTP. Every failure is a Problem in words, an aborted request an AbortError.

import type { Api } from '../model/ports';
import { isAbort, problemOf, unreachable } from '../model/problem';
import type {
  DatasetFormat,
  Folder,
  ImageEntry,
  ImageFilter,
  ImagePage,
  Job,
  Memory,
  MemoryEvent,
  MemoryHistory,
  MemorySettings,
  Optimized,
  Picture,
  Predictor,
  Progress,
  Project,
  SegmentAnswer,
  Window,
} from '../model/wire';

export const base = '/api/v1';

const preferencesPath = `${base}/preferences`;

export function imagePath(name: string): string {
  return `${base}/images/${encodeURIComponent(name)}`;
}

export async function get(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    throw isAbort(error) ? error : unreachable;
  }
  if (response.ok) return response;
  throw problemOf(response.status, await response.json().catch(() => null));
}

// A browser takes no more than 64 KiB of what may outlive the page.
const outlivesBelow = 60_000;

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, cache: 'no-store' };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json' };
    init.keepalive = path === preferencesPath && String(init.body).length < outlivesBelow;
  }
  if (signal !== undefined) init.signal = signal;
  const response = await get(path, init);
  return (await response.json()) as T;
}

// "&state=new,labelled&class=3"; empty without a filter.
export function filterQuery(filter: ImageFilter = {}): string {
  const { states, classId, atLeast, atMost, text } = filter;
  const query = new URLSearchParams();
  if (states !== undefined && states.length > 0) query.set('state', states.join(','));
  if (classId !== undefined) query.set('class', String(classId));
  if (atLeast !== undefined) query.set('at_least', String(atLeast));
  if (atMost !== undefined) query.set('at_most', String(atMost));
  if (text !== undefined && text !== '') query.set('text', text);
  const written = query.toString();
  return written === '' ? '' : `&${written}`;
}

export function makeApi(window: string): Api {
  return {
    project: () => call<Project>('GET', `${base}/project`),
    images: (offset, limit, filter) =>
      call<ImagePage>('GET', `${base}/images?offset=${offset}&limit=${limit}${filterQuery(filter)}`),
    nextImage: async (from, step, filter) => {
      const path = `${base}/images/next?from=${from}&step=${step}${filterQuery(filter)}`;
      return (await call<{ image: ImageEntry | null }>('GET', path)).image;
    },
    show: (name, signal, held = false) => call<Picture>('PUT', `${base}/session/current`, { name, window, held }, signal),
    picture: (name) => call<Picture>('GET', imagePath(name)),
    segment: (name, request, signal) => call<SegmentAnswer>('POST', `${imagePath(name)}/segment`, request, signal),
    edit: (name, request, signal) =>
      call<Picture>('POST', `${imagePath(name)}/edits`, { ...request, window }, signal),
    takeOver: (name) => call<Picture>('PUT', `${imagePath(name)}/holder`, { window }),
    visualize: async (name, how) => (await call<{ file: string }>('POST', `${imagePath(name)}/visualization`, how)).file,
    save: (name) => call<Picture>('POST', `${imagePath(name)}/save`, { window }),
    memory: () => call<Memory>('GET', `${base}/memory`),
    memoryHistory: () => call<MemoryHistory>('GET', `${base}/memory/history`),
    memoryEvents: (after) => call<{ events: MemoryEvent[] }>('GET', `${base}/memory/events?after=${after}`),
    optimizeMemory: () => call<Optimized>('POST', `${base}/memory/optimize`),
    clearCaches: () => call<Optimized>('POST', `${base}/memory/clear`, { keep_current: true }),
    memorySettings: () => call<MemorySettings>('GET', `${base}/memory/settings`),
    setMemorySettings: (settings) => call<MemorySettings>('PUT', `${base}/memory/settings`, settings),
    choosePredictor: (use) => call<Predictor>('PUT', `${base}/predictor`, { use }),
    windows: async () => (await call<{ windows: Window[] }>('GET', `${base}/windows`)).windows,
    progress: () => call<Progress>('GET', `${base}/project/progress`),
    quit: async () => void (await call('POST', `${base}/quit`)),
    preferences: () => call<Record<string, unknown>>('GET', preferencesPath),
    setPreferences: async (preferences) => void (await call('PUT', preferencesPath, preferences)),
    formats: async () => (await call<{ formats: DatasetFormat[] }>('GET', `${base}/formats`)).formats,
    folder: (path) => call<Folder>('GET', `${base}/folders?path=${encodeURIComponent(path)}`),
    jobs: async () => (await call<{ jobs: Job[] }>('GET', `${base}/jobs`)).jobs,
    startJob: (request) => call<Job>('POST', `${base}/jobs`, request),
    cancelJob: (id) => call<Job>('POST', `${base}/jobs/${id}/cancel`),
    removeJob: async (id) => void (await call('DELETE', `${base}/jobs/${id}`)),
    jobResult: (id) => call('GET', `${base}/jobs/${id}/result`),
  };
}
