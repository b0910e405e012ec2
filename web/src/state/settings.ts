// What a person sets once: kept by the program with the other preferences.

import { tellError } from './messages';
import type { Page } from './page';
import type { PageState } from './page-state';
import { preferenceOf, setPreference } from './preferences';

export type Theme = 'system' | 'light' | 'dark';

export const themes: readonly Theme[] = ['system', 'light', 'dark'];

// Shows the dialog; what only the program knows is asked for now.
export async function openSettings(page: Page): Promise<void> {
  page.store.set({ dialog: { kind: 'settings' } });
  try {
    page.store.set({ prepareAhead: (await page.api.memorySettings()).prepare_ahead });
  } catch (error) {
    tellError(page, 'note', error);
  }
}

export function themeOf(state: PageState): Theme {
  const theme = preferenceOf<Theme>(state, 'theme', 'system');
  return themes.includes(theme) ? theme : 'system';
}

export function chooseTheme(page: Page, theme: Theme): void {
  setPreference(page, 'theme', theme);
}

export function setLetterKeys(page: Page, on: boolean): void {
  setPreference(page, 'letterKeys', on);
}

const nameKept = 60; // characters

// Shown to other windows; empty: not said.
export function personOf(state: PageState): string {
  return preferenceOf(state, 'person', '').trim().slice(0, nameKept);
}

export function setPerson(page: Page, name: string): void {
  setPreference(page, 'person', name.slice(0, nameKept));
}
