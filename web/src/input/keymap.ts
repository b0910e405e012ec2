// From a key press to the name of a key, and from that to an action.

import { text } from '../text/en';
import { placeOf, type Action, type Place } from './action';

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export function isPrintable(key: string): boolean {
  return [...key].length === 1;
}

const places: Readonly<Record<string, string>> = {
  BracketLeft: '[',
  BracketRight: ']',
  Minus: '-',
  Equal: '=',
  Slash: '/',
  Comma: ',',
  Period: '.',
  Semicolon: ';',
  Backslash: '\\',
  Backquote: '`',
};

// A letter of the Latin alphabet whatever the layout: Cyrillic, Greek and others fall back to the key's place. So does
// a key with Alt, which writes another sign on a Mac.
function letter(press: KeyPress): string {
  if (press.key.charCodeAt(0) < 128) return press.key.toLowerCase();
  const place = /^Key([A-Z])$/.exec(press.code)?.[1]?.toLowerCase();
  if (place !== undefined) return place;
  const withAlt = press.altKey ? (/^Digit(\d)$/.exec(press.code)?.[1] ?? places[press.code]) : undefined;
  return withAlt ?? press.key;
}

// "n", "?", "Escape", "Mod+s", "Mod+Shift+z", "Shift+ArrowLeft", "Shift+m". Mod is Ctrl or the Mac's Command. A sign says
// Shift by itself, so Shift is named only together with Mod, for letters and for keys like arrows.
export function keyName(press: KeyPress): string {
  const mod = press.ctrlKey || press.metaKey;
  const dead = press.altKey && press.key === 'Dead';
  const printable = dead || isPrintable(press.key);
  const named = printable ? letter(dead ? { ...press, key: '\u0301' } : press) : press.key;
  const sign = printable && !/^[a-z]$/.test(named);
  const parts: string[] = [];
  if (mod) parts.push('Mod');
  if (press.altKey) parts.push('Alt');
  if (press.shiftKey && (mod || !sign)) parts.push('Shift');
  parts.push(named === ' ' ? 'Space' : named);
  return parts.join('+');
}

// Keys that the person chose, by the action's id; the others have their own.
export type ChosenKeys = Readonly<Record<string, readonly string[]>>;

export function keysOf(action: Action, chosen: ChosenKeys): readonly string[] {
  const keys: unknown = action.fixed === true ? undefined : chosen[action.id];
  return Array.isArray(keys) && keys.every((key) => typeof key === 'string') ? keys : action.keys;
}

export type Keymap = ReadonlyMap<string, Action>;

// Of the place's own actions those with chosen keys come first, so that keys kept by an earlier version never collide
// with new ones; then those that act there, too.
export function makeKeymap(actions: readonly Action[], chosen: ChosenKeys = {}, place: Place = 'main'): Keymap {
  const own = actions.filter((action) => placeOf(action) === place);
  const isChosen = (action: Action) => keysOf(action, chosen) !== action.keys;
  const guests = actions.filter((action) => action.also?.includes(place) === true);
  const map = new Map<string, Action>();
  for (const action of [...own.filter(isChosen), ...own.filter((each) => !isChosen(each)), ...guests]) {
    for (const key of keysOf(action, chosen)) if (!map.has(key)) map.set(key, action);
  }
  return map;
}

// Keys that two actions of one place want: "n of next and of other".
export function clashes(actions: readonly Action[]): readonly string[] {
  const owners = new Map<string, string>();
  const found: string[] = [];
  for (const action of actions) {
    for (const key of action.keys) {
      const place = `${placeOf(action)} ${key}`;
      const other = owners.get(place);
      if (other !== undefined) found.push(`${key} of ${other} and of ${action.id}`);
      owners.set(place, action.id);
    }
  }
  return found;
}

function isBare(key: string): boolean {
  return isPrintable(key.replace(/^Shift\+/, ''));
}

// What a key is looked up by. Without single-letter keys (for people who dictate, or press keys by accident) a letter,
// digit or sign acts only with Alt; null: it does nothing.
export function heldKey(key: string, letters: boolean): string | null {
  if (letters) return key;
  if (isBare(key)) return null;
  return key.startsWith('Alt+') && isBare(key.slice(4)) ? key.slice(4) : key;
}

// The action of a key. A letter with Shift is the letter itself where no action wants the two together. While a text
// field has the focus only combinations with Ctrl that ask for it act; the rest is text.
export function actionFor(keymap: Keymap, key: string, typing: boolean): Action | null {
  const action = keymap.get(key) ?? keymap.get(key.replace(/^Shift\+(?=[a-z]$)/, ''));
  if (action === undefined) return null;
  if (typing && !(action.whileTyping === true && key.startsWith('Mod+'))) return null;
  return action;
}

export function partsOf(key: string): readonly string[] {
  return key.endsWith('+') ? [...key.slice(0, -1).split('+').filter((part) => part !== ''), '+'] : key.split('+');
}

// For people: "Ctrl S", "PgDn".
export function keyText(key: string, letters = true): string {
  const shown = !letters && isBare(key) ? `Alt+${key}` : key;
  return partsOf(shown)
    .map((part) => text.keys.caps[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(' ');
}

// For screen readers, as aria-keyshortcuts wants it: "Control+S".
export function spokenKey(key: string, letters = true): string {
  const shown = !letters && isBare(key) ? `Alt+${key}` : key;
  return partsOf(shown)
    .map((part) => (part === 'Mod' ? 'Control' : part === '+' ? 'Plus' : part))
    .join('+');
}
