// Puts the parts together.

import { render } from 'preact';
import { makeApi } from './api/client';
import { listen, type EventHandlers } from './api/events';
import { drawCandidate } from './canvas/candidate-picture';
import { watchGlide } from './canvas/glide';
import { makeProxies } from './canvas/proxies';
import { makeSurface, type Surface } from './canvas/stage';
import { makeThumbnails } from './canvas/thumbnails';
import { makePane } from './canvas/views';
import { actions } from './input/actions';
import { bindActivity } from './input/activity';
import { bindKeyboard } from './input/keyboard';
import { bindPointer, type PointerState } from './input/pointer';
import { App } from './panels/app';
import { ShellContext, type Shell } from './panels/context';
import { watchTheme } from './panels/theme';
import { watchTitle } from './panels/title';
import { watchAccepting } from './state/prompting/accepting';
import { onEverythingJob, watchEverything } from './state/prompting/everything';
import { watchHover } from './state/prompting/hovering';
import { onChanged } from './state/editing/editing';
import { onEncoding, reloadList } from './state/images/image-list';
import { onJob } from './state/project/jobs';
import { onMemory, onMemoryEvent } from './state/project/memory';
import { settled, tellError } from './state/messages';
import { makePage } from './state/page';
import { watchConnection } from './state/editing/edit-queue';
import { personOf } from './state/settings';
import { forgetEnd } from './state/project/quitting';
import { onWindows, watchHolding } from './state/project/windows';
import { onPredictor } from './state/prompting/predictor';
import { watchReprompting } from './state/prompting/prompting';
import { writePreferencesNow } from './state/preferences';
import { watchReshaping } from './state/editing/reshaping';
import { openViewer, viewOfAddress } from './state/view/views';
import { onStatisticsJob } from './state/project/statistics';
import { watchWalk } from './state/review/walking';
import { watchWork } from './state/review/work-clock';
import { makeHand } from './tools/hand';
import { loadProgress, onProgress } from './state/images/progress';
import { reconnect, reloadProject, remember, start } from './state/session';
import './style/page.css';

const windowKey = 'sam-annotator.window';

// The same over a reload, so that this window keeps its image; another one in a copy of the tab, which copies the
// storage: the id lies there only while no page is.
function windowId(): string {
  const kept = sessionStorage.getItem(windowKey);
  sessionStorage.removeItem(windowKey);
  if (kept !== null && /^[0-9a-f]{16}$/.test(kept)) return kept;
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const id = windowId();

// While the page is there it has a lock of its id's name; a browser that has no locks (a page that is not from this machine)
// takes every other window for closed.
const lockName = (window: string) => `${windowKey}.${window}`;
void navigator.locks?.request(lockName(id), () => new Promise(() => undefined));

async function isOpen(window: string): Promise<boolean> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return held.some(({ name }) => name === lockName(window));
}

window.addEventListener('pagehide', () => sessionStorage.setItem(windowKey, id));
window.addEventListener('pageshow', () => sessionStorage.removeItem(windowKey));
const proxies = makeProxies(() => [page.store.get().picture?.name, page.store.get().opening?.name]);
const page = makePage(makeApi(id), proxies, id, () => performance.now());
const hand = makeHand();
const thumbnails = makeThumbnails();
const pointer: PointerState = { space: false, cancel: () => false };
watchTheme(page);
watchTitle(page);
watchConnection(page);
watchHolding(page);
watchAccepting(page);
watchHover(page);
watchEverything(page);
watchReprompting(page);
watchWalk(page);
watchWork(page);
bindActivity(page);
watchGlide(page);
watchReshaping(page);

let surface: Surface | null = null;
let showHand = (): void => undefined; // what it is about to do changed
bindKeyboard(page, actions, pointer, () => showHand()); // at once: whoever holds a key over a reload is heard

function mountCanvas(element: HTMLDivElement): () => void {
  const made = makeSurface(element, page, proxies, hand);
  surface = made;
  showHand = () => {
    element.dataset['space'] = String(pointer.space);
    made.redrawHand();
  };
  const unbindPointer = bindPointer(element, page, hand, pointer, showHand);
  return () => {
    unbindPointer();
    made.stop();
    surface = null;
  };
}

const mountPane: Shell['mountPane'] = (element, view) => {
  const pane = makePane(element, page, view, (canvas) => surface?.paintPicture(canvas));
  const end = surface?.onTile(pane.redraw);
  return () => {
    end?.();
    pane.stop();
  };
};

// "#view=overlay", as --visualization opens it.
function openAddressed(): void {
  const view = viewOfAddress(location.hash);
  if (view !== null && page.store.get().picture !== null) openViewer(page, view);
}

window.addEventListener('hashchange', openAddressed);

let begun: Promise<boolean>;
let heard = false; // the program's events

async function begin(): Promise<boolean> {
  try {
    await start(page, sessionStorage, isOpen);
    openAddressed();
    window.addEventListener('pagehide', remember(page, sessionStorage));
    return true;
  } catch (error) {
    tellError(page, 'open', error);
    return false;
  }
}

async function opened(): Promise<void> {
  page.store.set({ connection: 'open' });
  if (renaming) return void (renaming = false);
  settled(page, 'connection');
  forgetEnd(page);
  thumbnails.retry();
  const first = !heard;
  heard = true;
  if (!(await begun)) begun = begin();
  else if (first) await reloadProject(page);
  else await reconnect(page, () => location.reload());
}

const showCandidate: Shell['drawCandidate'] = (canvas, mask, boxes, side) =>
  drawCandidate(canvas, mask, boxes, page.store.get(), proxies, side);

window.addEventListener('pagehide', () => writePreferencesNow(page));
window.addEventListener('beforeunload', (event) => {
  const { saved, edits } = page.store.get();
  if (saved === 'saving' || edits.refused.length > 0) event.preventDefault();
});

const handlers: EventHandlers = {
  opened: () => void opened(),
  lost: () => page.store.set({ connection: 'lost' }),
  memory: (memory) => {
    if (memory.level === 'normal' && page.store.get().memory?.level !== 'normal') thumbnails.retry();
    onMemory(page, memory);
  },
  memoryEvent: (event) => onMemoryEvent(page, event),
  encoding: (event) => onEncoding(page, event),
  changed: (event) => onChanged(page, event),
  predictor: (predictor) => onPredictor(page, predictor),
  images: () => {
    reloadList(page).catch((error: unknown) => tellError(page, 'list', error));
    void loadProgress(page);
  },
  job: (job) => {
    onJob(page, job);
    onEverythingJob(page, job);
    onStatisticsJob(page, job);
  },
  windows: (all) => onWindows(page, all),
  progress: (progress) => onProgress(page, progress),
  project: () => void reloadProject(page),
};

let person = '';
let renaming = false; // the connection is made anew for that alone
let stopListening = listen(handlers, id, () => person);
// Events are heard late at a load, after the page was drawn. What they would have told until then is asked for when they are there.
begun = begin();

function draw(): void {
  render(
    <ShellContext.Provider value={{ page, thumbnails, drawCandidate: showCandidate, mountPane, mountCanvas }}>
      <App />
    </ShellContext.Provider>,
    document.getElementById('app')!,
  );
}

// The first drawing takes as long as the program's first answers, and keeps them waiting: it comes when the picture has been asked for, or will not be soon.
const patienceMs = 150;
const asked = new Promise<void>((resolve) => {
  const stop = page.store.subscribe(() => {
    if (page.store.get().opening === null) return;
    stop();
    setTimeout(resolve, 0); // after the requests
  });
});
void Promise.race([asked, begun, new Promise((resolve) => setTimeout(resolve, patienceMs))]).then(draw);

// The person's name goes with the question for events: another name asks again.
page.store.subscribe(() => {
  const state = page.store.get();
  if (state.dialog !== null || personOf(state) === person) return;
  person = personOf(state);
  stopListening();
  renaming = true;
  stopListening = listen(handlers, id, () => person);
});
