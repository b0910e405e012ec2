// The tab's title, by which two of them are told apart.

import type { Page } from '../state/page';
import type { PageState } from '../state/page-state';
import { text } from '../text/en';

export function titleOf({ picture, project }: Pick<PageState, 'picture' | 'project'>): string {
  return [picture?.name, project?.name, text.frame.program].filter((part) => part !== undefined && part !== '').join(' – ');
}

export function watchTitle(page: Page): void {
  const show = () => {
    const title = titleOf(page.store.get());
    if (document.title !== title) document.title = title;
  };
  page.store.subscribe(show);
  show();
}
