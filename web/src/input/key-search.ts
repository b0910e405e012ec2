// Finding keys by what people type: words of the title, or the parts of a combination in any order and spelling.

import { text } from '../text/en';
import { keyText, partsOf } from './keymap';

// "Ctrl+Z", "ctrl z" and "ctrl + z" are the same two words. A plus at the end is the key itself.
function wordsOf(query: string): readonly string[] {
  return query.toLowerCase().trim().match(/[^\s+]+|\+$/g) ?? [];
}

// What its parts are called: "PgDn", "PageDown", "page" and "down".
function namesOf(key: string, letters: boolean): ReadonlySet<string> {
  const names = [...partsOf(key), ...keyText(key, letters).split(' ')];
  const more = partsOf(key).flatMap((part) => [...part.split(/(?<=[a-z])(?=[A-Z])/), ...(text.keys.called[part] ?? [])]);
  return new Set([...names, ...more].map((name) => name.toLowerCase()));
}

// All words are in the title, or all are parts of one key; or some are this and some that. A single letter is no word
// of a title beside others: "shift b" is a combination.
export function findsKey(title: string, keys: readonly string[], letters: boolean, query: string): boolean {
  const words = wordsOf(query);
  const all = title.toLowerCase();
  if (words.every((word) => all.includes(word))) return true;
  return keys.some((key) => {
    const names = namesOf(key, letters);
    return words.every((word) => names.has(word) || (word.length > 1 && all.includes(word)));
  });
}
