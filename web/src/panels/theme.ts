// Light or dark, as chosen or as the system has it. The choice is with the program; the last one is known here, too, so
// that the page does not begin in the other and change.

import type { Page } from '../state/page';
import type { PageState } from '../state/page-state';
import { themeOf } from '../state/settings';

const key = 'sam-annotator.theme';

function kept(): 'light' | 'dark' | null {
  try {
    const theme = localStorage.getItem(key);
    return theme === 'light' || theme === 'dark' ? theme : null;
  } catch {
    return null; // storage may be forbidden
  }
}

function keep(theme: 'light' | 'dark'): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // without it only the first moment is in the other theme
  }
}

export function watchTheme(page: Page): void {
  const isLight = matchMedia('(prefers-color-scheme: light)');
  const resolve = (state: PageState) => {
    const chosen = themeOf(state);
    if (chosen !== 'system') return chosen;
    return isLight.matches ? 'light' : 'dark';
  };
  const show = (theme: 'light' | 'dark') => {
    document.documentElement.dataset['theme'] = theme;
    if (page.store.get().theme !== theme) page.store.set({ theme });
  };
  const follow = () => {
    const state = page.store.get();
    if (state.project === null) return; // the choice is not known yet
    const theme = resolve(state);
    if (document.documentElement.dataset['theme'] === theme) return;
    show(theme);
    keep(theme);
  };
  show(kept() ?? resolve(page.store.get()));
  page.store.subscribe(follow);
  isLight.addEventListener('change', follow);
}
