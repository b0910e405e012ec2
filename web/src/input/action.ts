// One record feeds the keys, the buttons and the help.

import type { Page } from '../state/page';
import type { PageState } from '../state/page-state';

export type Group = 'Images' | 'Prompt' | 'Annotations' | 'Classes' | 'Cross' | 'View' | 'Viewer' | 'Review' | 'Program';

// Where keys act. Each place has its own: no key of one is taken by another. main: the page at work; viewer: the views
// of the original's visualiser; review: walking the annotations; export: the menu of the formats; cross: the cross that
// keys move is on the picture.
export type Place = 'main' | 'viewer' | 'review' | 'export' | 'cross';

export interface Action {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly titleNow?: (state: PageState) => string; // of its button, where it says more than the title
  readonly keys: readonly string[]; // as keyName() writes them, unless the person chose others; the first is shown on buttons
  readonly place?: Place; // main, if absent
  readonly also?: readonly Place[]; // there, too, with those of its keys that the place itself does not use
  readonly fixed?: boolean; // its keys mean something by themselves: they cannot be changed
  readonly enabled?: (state: PageState) => boolean; // always, if absent
  readonly active?: (state: PageState) => boolean; // for switches
  readonly run: (page: Page, key: string) => void;
  readonly release?: (page: Page) => void; // for what lasts as long as the key is held
  readonly whileTyping?: boolean; // its keys with Ctrl act also when a text field has the focus
}

export function isEnabled(action: Action, state: PageState): boolean {
  return action.enabled?.(state) ?? true;
}

export function placeOf(action: Action): Place {
  return action.place ?? 'main';
}
