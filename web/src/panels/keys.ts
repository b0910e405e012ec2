// An action's keys as the person has them now.

import type { Action } from '../input/action';
import { keysOf, keyText, spokenKey } from '../input/keymap';
import { chosenKeys, hasLetterKeys } from '../input/place';
import { useValue } from './context';

export interface ShownKey {
  readonly text: string | null; // "Ctrl S"; null: it has none
  readonly spoken: string | undefined; // for aria-keyshortcuts
}

export function useKey(action: Action): ShownKey {
  const letters = useValue(hasLetterKeys);
  const key = keysOf(action, useValue(chosenKeys))[0];
  if (key === undefined) return { text: null, spoken: undefined };
  return { text: keyText(key, letters), spoken: spokenKey(key, letters) };
}

// For a tooltip: "Save  ·  Ctrl S".
export function withKey(title: string, key: string | null): string {
  return key === null ? title : `${title}  ·  ${key}`;
}
