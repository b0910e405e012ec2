// The page's working parts, handed to every operation. Made once by main, or by a test with fakes.

import type { Api, Proxies } from '../model/ports';
import type { EncodingEvent, Predictor } from '../model/wire';
import type { Point } from '../geometry/box';
import { initialState, type PageState } from './page-state';
import { noWindows } from './project/windows-state';
import { makeStore, type Store } from './store';

export interface Page {
  readonly store: Store<PageState>;
  readonly api: Api;
  readonly proxies: Proxies;
  readonly window: string; // this window's own id, to tell its own saves from others'
  readonly now: () => number; // ms, monotonic
  readonly heard: Map<string, { readonly event: EncodingEvent; readonly at: number }>; // newest `encoding` events
  heardPredictor: { readonly predictor: Predictor; readonly at: number } | null; // newest `predictor` event
  edits: Promise<void>; // edits and changes of picture run one after another behind this
  segmentAbort: AbortController | null;
  openAbort: AbortController | null;
  readonly hover: { at: Point | null; abort: AbortController | null }; // the cursor on the picture; the one request for it
  nextId: number;
}

export function makePage(api: Api, proxies: Proxies, window: string, now: () => number): Page {
  return {
    store: makeStore<PageState>({ ...initialState, windows: { ...noWindows, me: window } }),
    api,
    proxies,
    window,
    now,
    heard: new Map(),
    heardPredictor: null,
    edits: Promise.resolve(),
    segmentAbort: null,
    openAbort: null,
    hover: { at: null, abort: null },
    nextId: 1,
  };
}

// Runs work after all queued before it; its error goes to the caller only.
export function enqueue(page: Page, work: () => Promise<void>): Promise<void> {
  const run = page.edits.then(work);
  page.edits = run.catch(() => undefined);
  return run;
}
