// Keys that the person chose instead of an action's own. No key is ever held by two actions of one place.

import { placeOf, type Action } from './action';
import { keysOf, type ChosenKeys } from './keymap';

// Browsers and systems keep these to themselves; a page is not even told.
const kept = new Set(['Mod+w', 'Mod+t', 'Mod+n', 'Mod+Shift+w', 'Mod+Shift+t', 'Mod+Shift+n', 'Alt+F4', 'F11', 'F12']);
const modifiers = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Mod']);

export function isModifier(key: string): boolean {
  return modifiers.has(key.split('+').at(-1)!) || key === 'Dead' || key === 'Unidentified';
}

// A key that cannot be chosen: Esc leaves, Space held moves the picture.
export function isRefused(key: string): boolean {
  return kept.has(key) || key === 'Escape' || key === 'Space';
}

// Who has the key in the place of the action.
export function holderOf(actions: readonly Action[], chosen: ChosenKeys, action: Action, key: string): Action | null {
  const others = actions.filter((other) => other.id !== action.id && placeOf(other) === placeOf(action));
  return others.find((other) => keysOf(other, chosen).includes(key)) ?? null;
}

function withKeys(actions: readonly Action[], chosen: ChosenKeys, action: Action, keys: readonly string[]): ChosenKeys {
  const changed: Record<string, readonly string[]> = { ...chosen, [action.id]: keys };
  for (const key of keys) {
    const holder = holderOf(actions, changed, action, key);
    if (holder !== null && holder.fixed !== true)
      changed[holder.id] = keysOf(holder, changed).filter((each) => each !== key);
  }
  for (const each of actions) {
    const own = changed[each.id];
    if (own !== undefined && own.length === each.keys.length && own.every((key, i) => key === each.keys[i]))
      delete changed[each.id];
  }
  return changed;
}

// The action gets the key, in place of its keys or besides them; whoever had it loses it. A fixed one keeps it: ask
// holderOf() before.
export function choose(actions: readonly Action[], chosen: ChosenKeys, action: Action, key: string, besides: boolean): ChosenKeys {
  const before = keysOf(action, chosen).filter((each) => each !== key);
  return withKeys(actions, chosen, action, besides ? [...before, key] : [key]);
}

// The action has its own keys again, whoever took them meanwhile.
export function reset(actions: readonly Action[], chosen: ChosenKeys, action: Action): ChosenKeys {
  return withKeys(actions, chosen, action, action.keys);
}
