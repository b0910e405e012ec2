// From a key press to the name of a key, and from that to an action.

import type { Action } from './action';

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

function isPrintable(key: string): boolean {
  return [...key].length === 1;
}

// A letter of the Latin alphabet whatever the layout: Cyrillic, Greek and others fall back to the key's place.
function letter(press: KeyPress): string {
  if (press.key.charCodeAt(0) < 128) return press.key.toLowerCase();
  const place = /^Key([A-Z])$/.exec(press.code);
  return place === null ? press.key : place[1]!.toLowerCase();
}

// "n", "?", "Escape", "Mod+s", "Mod+Shift+z", "Shift+ArrowLeft", "Shift+m". Mod is Ctrl or the Mac's Command. A sign says
// Shift by itself, so Shift is named only together with Mod, for letters and for keys like arrows.
export function keyName(press: KeyPress): string {
  const mod = press.ctrlKey || press.metaKey;
  const printable = isPrintable(press.key);
  const sign = printable && !/^[a-z]$/.test(letter(press));
  const parts: string[] = [];
  if (mod) parts.push('Mod');
  if (press.altKey) parts.push('Alt');
  if (press.shiftKey && (mod || !sign)) parts.push('Shift');
  parts.push(press.key === ' ' ? 'Space' : printable ? letter(press) : press.key);
  return parts.join('+');
}

export type Keymap = ReadonlyMap<string, Action>;

// Throws where two actions want the same key.
export function makeKeymap(actions: readonly Action[]): Keymap {
  const map = new Map<string, Action>();
  for (const action of actions) {
    for (const key of action.keys) {
      const other = map.get(key);
      if (other !== undefined) throw new Error(`key ${key} of ${action.id} is taken by ${other.id}`);
      map.set(key, action);
    }
  }
  return map;
}

// The action of a key. A letter with Shift is the letter itself where no action wants the two together. While a text
// field has the focus only combinations with Ctrl that ask for it act; the rest is text.
export function actionFor(keymap: Keymap, key: string, typing: boolean): Action | null {
  const action = keymap.get(key) ?? keymap.get(key.replace(/^Shift\+(?=[a-z]$)/, ''));
  if (action === undefined) return null;
  if (typing && !(action.whileTyping === true && key.startsWith('Mod+'))) return null;
  return action;
}

const names: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Escape: 'Esc',
  Delete: 'Del',
  Mod: 'Ctrl',
  '-': '−',
};

// For people: "Ctrl S", "PgDn".
export function keyText(key: string): string {
  if (key === '+') return key;
  return key
    .split('+')
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(' ');
}
