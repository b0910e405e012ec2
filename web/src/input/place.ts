// Where keys act now.

import type { PageState } from '../state/page-state';
import { preferenceOf } from '../state/preferences';
import { crossOf } from '../state/prompting/cross';
import { hasWalkKeys } from '../state/review/walking';
import type { Place } from './action';
import type { ChosenKeys } from './keymap';

const own: ChosenKeys = {};

export function placeNow(state: PageState): Place {
  if (state.views.viewer !== null) return 'viewer';
  if (hasWalkKeys(state)) return 'review';
  return crossOf(state) !== null ? 'cross' : 'main';
}

export function chosenKeys(state: PageState): ChosenKeys {
  return preferenceOf(state, 'keys', own);
}

// Whether letters, digits and signs act by themselves (WCAG 2.1.4); else they do with Alt.
export function hasLetterKeys(state: PageState): boolean {
  return preferenceOf(state, 'letterKeys', true);
}
