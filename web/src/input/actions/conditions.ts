// What several actions ask or do.

import type { Page } from '../../state/page';
import type { Dialog, PageState } from '../../state/page-state';

export const open = (s: PageState) => s.picture !== null;
export const hasSelection = (s: PageState) => s.selection.size > 0;
export const show = (page: Page, kind: Exclude<Dialog['kind'], 'pending' | 'confirm'>) => page.store.set({ dialog: { kind } });
