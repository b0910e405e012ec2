// Start, reload and reconnection. What the window remembers over a reload: the unfinished prompt and the view settings.

import { text } from '../text/en';
import { isEmpty, type PromptHistory } from '../model/prompt';
import type { PageState } from './page-state';
import { restoreEverything } from './prompting/everything';
import { noFilter, type ImageList } from './images/image-list-state';
import { loadPage, reloadList } from './images/image-list';
import { flush, reloadPicture, takePicture } from './editing/edit-queue';
import { keepEdits } from './editing/kept-edits';
import { tell, tellError } from './messages';
import { classesToKeep, findClassesAgain, takeProject, type KeptClasses } from './project/class-changes';
import { takeJobs } from './project/jobs';
import { open } from './images/navigation';
import { enqueue, type Page } from './page';
import { withNewestPredictor } from './prompting/predictor';
import { loadProgress } from './images/progress';
import { loadPreferences } from './preferences';
import { restorePrompt, retryPrompt } from './prompting/prompting';

type Settings = Pick<
  PageState,
  'mode' | 'classId' | 'layers' | 'opacity' | 'autoAdvance' | 'multimask' | 'refineEdges' | 'hovering' | 'panels'
> &
  Pick<ImageList, 'filter' | 'layout'> & { readonly classes: KeptClasses };

const settingsKey = 'sam-annotator.settings';
const promptKey = 'sam-annotator.prompt';

function settingsOf(state: PageState): Settings {
  const { mode, classId, layers, opacity, autoAdvance, multimask, refineEdges, hovering, panels } = state;
  const { filter, layout } = state.images;
  return { mode, classId, layers, opacity, autoAdvance, multimask, refineEdges, hovering, panels, filter, layout, classes: classesToKeep(state) };
}

function read<T>(storage: Storage, key: string): T | null {
  try {
    return JSON.parse(storage.getItem(key) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

// Keeps settings and the unfinished prompt in the window's storage, a moment after they change. Returns what writes at
// once.
export function remember(page: Page, storage: Storage): () => void {
  let settings: Settings | null = null;
  let prompt: PromptHistory | null = null;
  let due: ReturnType<typeof setTimeout> | null = null;
  const write = () => {
    due = null;
    const state = page.store.get();
    settings = settingsOf(state);
    storage.setItem(settingsKey, JSON.stringify(settings));
    if (state.prompt === prompt) return;
    prompt = state.prompt;
    if (isEmpty(prompt.present) || state.picture === null) storage.removeItem(promptKey);
    else storage.setItem(promptKey, JSON.stringify({ name: state.picture.name, prompt, reprompting: state.reprompting }));
  };
  page.store.subscribe(() => {
    due ??= setTimeout(write, 100);
  });
  return write;
}

async function firstPicture(page: Page): Promise<string | null> {
  const { project, images } = page.store.get();
  if (project?.current != null) return project.current;
  if (images.all === 0) return null;
  const { images: found } = await page.api.images(0, 1);
  if (found[0] !== undefined && found[0].state !== 'broken') return found[0].name;
  return (await page.api.nextImage(0, 1, {}))?.name ?? null;
}

async function openFirst(page: Page, storage: Storage): Promise<void> {
  const kept = read<{ name: string; prompt: PromptHistory; reprompting?: number | null }>(storage, promptKey);
  const name = await firstPicture(page);
  if (name === null) return;
  try {
    await open(page, name);
    if (kept?.name === name) restorePrompt(page, kept.prompt, kept.reprompting ?? null);
  } catch (error) {
    tellError(page, 'open', error);
  }
}

async function loadProject(page: Page): Promise<void> {
  const asked = page.now();
  takeProject(page, withNewestPredictor(page, await page.api.project(), asked));
}

// Classes or many images changed: everything shown is asked for anew.
export async function reloadProject(page: Page): Promise<void> {
  try {
    await enqueue(page, () => loadProject(page));
    await reloadList(page);
    await enqueue(page, () => reloadPicture(page));
    await loadProgress(page);
  } catch (error) {
    tellError(page, 'list', error);
  }
}

// Puts the picture on the program's screen again, so that a new run of it prepares the picture too.
async function showAgain(page: Page): Promise<void> {
  await enqueue(page, async () => {
    const { picture, windows } = page.store.get();
    const asked = page.now();
    if (picture === null) return;
    const held = windows.held === picture.name;
    takePicture(page, await page.api.show(picture.name, new AbortController().signal, held), asked);
    page.store.set({ windows: { ...page.store.get().windows, held: null } });
  });
}

// isOpen: whether a page with this window's id is there.
export async function start(
  page: Page,
  storage: Storage,
  isOpen: (window: string) => Promise<boolean> = async () => false,
): Promise<void> {
  const settings = read<Partial<Settings>>(storage, settingsKey);
  const { filter = noFilter, layout = 'list', classes, ...others } = settings ?? {};
  page.store.set({ ...others, images: { ...page.store.get().images, filter, layout } });
  await Promise.all([loadProject(page), loadPreferences(page)]);
  if (classes !== undefined) findClassesAgain(page, classes);
  await keepEdits(page, storage, isOpen);
  const list = loadPage(page, 0);
  void loadProgress(page);
  if (page.store.get().project?.current == null) await list; // else the picture need not wait for it
  await Promise.all([list, openFirst(page, storage)]);
  page.api
    .jobs()
    .then((jobs) => {
      takeJobs(page, jobs);
      restoreEverything(page, jobs);
    })
    .catch((error: unknown) => tellError(page, 'note', error));
}

// The program answers again, perhaps another run of it: everything shown is asked for anew. Another project, or another
// version of the program with a page of its own, starts from the beginning.
export async function reconnect(page: Page, restart: () => void): Promise<void> {
  const before = page.store.get().project;
  try {
    const jobs = await page.api.jobs();
    takeJobs(page, jobs); // they tell into what classes were merged
    await loadProject(page);
    const after = page.store.get().project;
    if (before?.folder !== after?.folder || before?.version !== after?.version) return restart();
    await flush(page);
    await reloadList(page);
    await showAgain(page);
    restoreEverything(page, jobs);
    void loadProgress(page);
    tell(page, 'info', 'note', text.saving.connectedAgain);
    retryPrompt(page);
  } catch (error) {
    tellError(page, 'connection', error);
  }
}
