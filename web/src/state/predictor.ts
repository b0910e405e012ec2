// What makes the masks: the model, or GrabCut.

import type { Predictor } from '../model/wire';
import { reloadPicture } from './editing';
import { reloadList } from './image-list';
import { announce, tellError } from './messages';
import { enqueue, type Page } from './page';
import type { PageState } from './page-state';
import { promptAgain } from './prompting';

// Another one was chosen, here or in another window: pictures are encoded anew, and the present prompt is answered by it.
export function onPredictor(page: Page, predictor: Predictor): void {
  const { project } = page.store.get();
  if (project === null || project.predictor.use === predictor.use) return;
  page.store.set({ project: { ...project, predictor } });
  announce(page, `Masks come from ${predictor.description}`);
  promptAgain(page);
  Promise.all([reloadList(page), enqueue(page, () => reloadPicture(page))]).catch((error: unknown) =>
    tellError(page, 'list', error),
  );
}

export async function choosePredictor(page: Page, use: Predictor['use']): Promise<void> {
  const state = page.store.get();
  if (state.switching || state.project?.predictor.use === use) return;
  page.store.set({ switching: true });
  try {
    onPredictor(page, await page.api.choosePredictor(use));
  } catch (error) {
    tellError(page, 'note', error);
  }
  page.store.set({ switching: false });
}

// The model could not prepare the picture on screen for want of memory, and GrabCut can do without.
export function grabcutWouldHelp({ picture, project }: PageState): boolean {
  if (picture === null || picture.encoding !== 'failed' || picture.memory_exhausted !== true) return false;
  return project?.predictor.use === 'model' && project.predictor.can_use_grabcut;
}
