// How far the project is.

import type { Progress } from '../model/wire';
import { tellError } from './messages';
import type { Page } from './page';

export function onProgress(page: Page, progress: Progress): void {
  page.store.set({ progress });
}

export async function loadProgress(page: Page): Promise<void> {
  try {
    onProgress(page, await page.api.progress());
  } catch (error) {
    tellError(page, 'note', error);
  }
}
