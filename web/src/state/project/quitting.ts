// Ending the program from the page.

import { tellError } from '../messages';
import type { Page } from '../page';

// The page stays, and goes on when the program is started again.
export async function quit(page: Page): Promise<void> {
  try {
    await page.api.quit();
    page.store.set({ dialog: { kind: 'ended' } });
  } catch (error) {
    tellError(page, 'note', error);
  }
}

// The program is there again.
export function forgetEnd(page: Page): void {
  if (page.store.get().dialog?.kind === 'ended') page.store.set({ dialog: null });
}
