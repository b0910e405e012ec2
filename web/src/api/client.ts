// The program over HTTP. Every failure is a Problem in words, an aborted request an AbortError.

import type { Api } from '../model/ports';
import { isAbort, problemOf, unreachable } from '../model/problem';
import type {
  ImagePage,
  Memory,
  MemoryEvent,
  MemoryHistory,
  MemorySettings,
  Optimized,
  Picture,
  Predictor,
  Project,
  SegmentAnswer,
} from '../model/wire';

export const base = '/api/v1';

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

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, cache: 'no-store' };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  if (signal !== undefined) init.signal = signal;
  const response = await get(path, init);
  return (await response.json()) as T;
}

export function makeApi(window: string): Api {
  return {
    project: () => call<Project>('GET', `${base}/project`),
    images: (offset, limit) => call<ImagePage>('GET', `${base}/images?offset=${offset}&limit=${limit}`),
    show: (name, signal) => call<Picture>('PUT', `${base}/session/current`, { name }, signal),
    picture: (name) => call<Picture>('GET', imagePath(name)),
    segment: (name, request, signal) => call<SegmentAnswer>('POST', `${imagePath(name)}/segment`, request, signal),
    edit: (name, revision, edit) => call<Picture>('POST', `${imagePath(name)}/edits`, { revision, window, edit }),
    save: (name) => call<Picture>('POST', `${imagePath(name)}/save`, {}),
    memory: () => call<Memory>('GET', `${base}/memory`),
    memoryHistory: () => call<MemoryHistory>('GET', `${base}/memory/history`),
    memoryEvents: (after) => call<{ events: MemoryEvent[] }>('GET', `${base}/memory/events?after=${after}`),
    optimizeMemory: () => call<Optimized>('POST', `${base}/memory/optimize`),
    clearCaches: () => call<Optimized>('POST', `${base}/memory/clear`, { keep_current: true }),
    memorySettings: () => call<MemorySettings>('GET', `${base}/memory/settings`),
    setMemorySettings: (settings) => call<MemorySettings>('PUT', `${base}/memory/settings`, settings),
    choosePredictor: (use) => call<Predictor>('PUT', `${base}/predictor`, { use }),
  };
}
