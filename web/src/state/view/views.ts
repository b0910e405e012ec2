// How the picture is looked at. F1 to F3 while working: with masks, beside itself, bare. The viewer is the original's
// visualiser: nothing is edited in it, pictures are turned, marked faulty and saved as pictures.

import { text } from '../../text/en';
import { edit } from '../editing/editing';
import { announce, tell, tellError } from '../messages';
import type { Page } from '../page';
import type { PageState } from '../page-state';
import { viewerViews, type ViewerView, type Views, type WorkView } from './views-state';

function set(page: Page, change: Partial<Views>): void {
  page.store.set({ views: { ...page.store.get().views, ...change } });
}

export function isSplit({ views }: PageState): boolean {
  return (views.viewer?.view ?? views.work) === 'side_by_side';
}

// The picture without what was made of it.
export function isBare({ views }: PageState): boolean {
  return views.work === 'bare';
}

export function chooseWorkView(page: Page, work: WorkView): void {
  set(page, { work, viewer: null });
  announce(page, text.frame.workViews[work]);
}

export function openViewer(page: Page, view: ViewerView = 'overlay'): void {
  const { viewer } = page.store.get().views;
  set(page, { viewer: { ids: false, saving: false, ...viewer, view } });
  announce(page, text.frame.viewerViews[view]);
}

export function closeViewer(page: Page): void {
  set(page, { viewer: null });
}

export function toggleIds(page: Page): void {
  const { viewer } = page.store.get().views;
  if (viewer !== null) set(page, { viewer: { ...viewer, ids: !viewer.ids } });
}

export function toggleFaulty(page: Page): void {
  const { picture } = page.store.get();
  if (picture === null) return;
  const faulty = !picture.faulty;
  void edit(page, { type: 'mark', faulty }, faulty ? text.frame.markedFaulty : text.frame.notFaulty);
}

function setSaving(page: Page, saving: boolean): void {
  const { viewer } = page.store.get().views;
  if (viewer !== null) set(page, { viewer: { ...viewer, saving } });
}

// The view on screen as a picture in the project, at full size.
export async function saveView(page: Page): Promise<void> {
  const { picture, views, opacity } = page.store.get();
  if (picture === null || views.viewer === null || views.viewer.saving) return;
  const { view, ids } = views.viewer;
  setSaving(page, true);
  try {
    const file = await page.api.visualize(picture.name, { view, opacity, labels: ids });
    tell(page, 'info', 'note', text.frame.viewSaved, file);
  } catch (error) {
    tellError(page, 'note', error);
  }
  setSaving(page, false);
}

// The address may ask for a view: "#view=overlay".
export function viewOfAddress(hash: string): ViewerView | null {
  const wanted = /(?:^#|[#&])view=([a-z_]+)/.exec(hash)?.[1];
  return viewerViews.find((view) => view === wanted) ?? null;
}
