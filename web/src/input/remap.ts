// Keys that the person chose instead of an action's own. No key is ever held by two actions of one place.

import { placeOf, type Action } from './action';
import { keysOf, type ChosenKeys } from './keymap';

// Browsers and systems keep these to themselves: tabs and windows (a page is not even told), loading anew, the address,
// the size of all text, what developers use.
const kept = new Set([
  ...['w', 't', 'n', 'Shift+w', 'Shift+t', 'Shift+n', 'Shift+p', 'Tab', 'Shift+Tab', 'PageUp', 'PageDown'].map((key) => `Mod+${key}`),
  ...['q', 'Shift+q', 'm', 'h', 'l', 'r', 'Shift+r', 'F4', 'F5', 'Shift+i', 'Shift+j', 'Shift+c', 'Shift+Delete'].map((key) => `Mod+${key}`),
  ...['=', '+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'Escape', 'Shift+Escape', 'Space'].map((key) => `Mod+${key}`),
  ...['F4', 'Tab', 'Shift+Tab', 'Space', 'Escape', 'd', 'Home'].map((key) => `Alt+${key}`),
  ...['F5', 'Shift+F5', 'F11', 'F12', 'ContextMenu', 'Shift+F10'],
]);
const modifiers = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Mod']);

export function isModifier(key: string): boolean {
  return modifiers.has(key.split('+').at(-1)!) || key === 'Dead' || key === 'Unidentified';
}

// Who keeps a key that cannot be chosen: the browser, or the page (Esc leaves, Space held moves the picture).
export function refusedBy(key: string): 'browser' | 'page' | null {
  if (kept.has(key)) return 'browser';
  return /^(Shift\+)?(Escape|Space)$/.test(key) ? 'page' : null;
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
