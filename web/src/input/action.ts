// One record feeds the keys, the buttons and the help.

import type { Page } from '../state/page';
import type { PageState } from '../state/page-state';

export type Group = 'Images' | 'Prompt' | 'Annotations' | 'Classes' | 'View' | 'Program';

export interface Action {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly keys: readonly string[]; // as keyName() writes them; the first is shown on buttons
  readonly enabled?: (state: PageState) => boolean; // always, if absent
  readonly active?: (state: PageState) => boolean; // for switches
  readonly run: (page: Page, key: string) => void;
  readonly swallows?: readonly string[]; // keys that do nothing for a moment after it
  readonly whileTyping?: boolean; // its keys with Ctrl act also when a text field has the focus
}

export function isEnabled(action: Action, state: PageState): boolean {
  return action.enabled?.(state) ?? true;
}
