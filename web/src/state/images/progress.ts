// How far the project is.

import type { Progress } from '../../model/wire';
import type { Page } from '../page';

export function onProgress(page: Page, progress: Progress): void {
  page.store.set({ progress });
}

// Without an answer the bar is not shown; an event brings it.
export async function loadProgress(page: Page): Promise<void> {
  try {
    onProgress(page, await page.api.progress());
  } catch {
    page.store.set({ progress: null });
  }
}
