// What makes the masks: the model, or GrabCut.

import type { Predictor, Project } from '../../model/wire';
import { reloadPicture } from '../editing/edit-queue';
import { reloadList } from '../images/image-list';
import { announce, tellError } from '../messages';
import { enqueue, type Page } from '../page';
import type { PageState } from '../page-state';
import { text } from '../../text/en';
import { promptAgain, retryPrompt } from './prompting';

// The event: another one was chosen, here or in another window, or the model's loading began or ended.
export function onPredictor(page: Page, predictor: Predictor): void {
  page.heardPredictor = { predictor, at: page.now() };
  take(page, predictor);
}

// Answers and events come by different ways: an event heard after an answer was asked for is newer than the answer.
export function withNewestPredictor(page: Page, project: Project, asked: number): Project {
  return { ...project, predictor: newest(page, project.predictor, asked) };
}

function newest(page: Page, answer: Predictor, asked: number): Predictor {
  const { heardPredictor: heard } = page;
  return heard !== null && heard.at >= asked ? heard.predictor : answer;
}

function take(page: Page, predictor: Predictor): void {
  const { project } = page.store.get();
  if (project === null) return;
  const before = project.predictor;
  page.store.set({ project: { ...project, predictor } });
  if (before.use !== predictor.use) return takeOther(page, predictor);
  if (before.model.state !== predictor.model.state && predictor.use === 'model') takeState(page, before, predictor);
}

// Pictures are encoded anew, and the present prompt is answered by it.
function takeOther(page: Page, predictor: Predictor): void {
  const { model } = predictor;
  const isThere = predictor.use === 'grabcut' || model.state === 'loaded';
  announce(page, text.predictor.fromWhat(isThere ? predictor.description : model.name));
  promptAgain(page);
  reload(page);
}

function takeState(page: Page, before: Predictor, { description, model }: Predictor): void {
  if (model.state === 'loading') announce(page, text.predictor.beingLoaded(model.name));
  if (model.state === 'loaded') announce(page, text.predictor.loaded(model.name, description));
  if (model.state === 'failed') announce(page, text.predictor.couldNot(model.name, model.reason));
  if (before.model.state !== 'failed') return;
  if (page.store.get().promptError !== null) retryPrompt(page);
  reload(page); // pictures failed with it
}

function reload(page: Page): void {
  Promise.all([reloadList(page), enqueue(page, () => reloadPicture(page))]).catch((error: unknown) =>
    tellError(page, 'list', error),
  );
}

// Choosing a model that could not be loaded loads it again.
export async function choosePredictor(page: Page, use: Predictor['use']): Promise<void> {
  const { project, switching } = page.store.get();
  const now = project?.predictor;
  const isTriedAgain = use === 'model' && now?.model.state === 'failed';
  if (switching || (now?.use === use && !isTriedAgain)) return;
  page.store.set({ switching: true });
  const asked = page.now();
  try {
    take(page, newest(page, await page.api.choosePredictor(use), asked));
  } catch (error) {
    tellError(page, 'note', error);
  }
  page.store.set({ switching: false });
}

// The name of the model that masks wait for; null if they wait for none.
export function loadingModel({ project }: PageState): string | null {
  const predictor = project?.predictor;
  return predictor?.use === 'model' && predictor.model.state === 'loading' ? predictor.model.name : null;
}

// The model could not prepare the picture on screen for want of memory, and GrabCut can do without.
export function grabcutWouldHelp({ picture, project }: PageState): boolean {
  if (picture === null || picture.encoding !== 'failed' || picture.memory_exhausted !== true) return false;
  return project?.predictor.use === 'model' && project.predictor.can_use_grabcut;
}
