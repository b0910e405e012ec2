import { describe, expect, test } from 'vitest';
import { actions } from '../../src/input/actions';
import { actionFor, keyName, keyText, makeKeymap, type KeyPress } from '../../src/input/keymap';

const plain: KeyPress = { key: 'n', code: 'KeyN', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const keymap = makeKeymap(actions);
const idFor = (press: Partial<KeyPress>) => keymap.get(keyName({ ...plain, ...press }))?.id;

describe('keymap', () => {
  test('no two actions want one key, and ids are unique', () => {
    expect(() => makeKeymap(actions)).not.toThrow();
    expect(new Set(actions.map((action) => action.id)).size).toBe(actions.length);
    expect(() => makeKeymap([actions[0]!, { ...actions[0]!, id: 'other' }])).toThrow(/taken/);
  });

  test('the keys of the original tool', () => {
    const original: Record<string, string> = {
      q: 'quit',
      n: 'next',
      p: 'previous',
      j: 'jump',
      s: 'save',
      x: 'clear-prompt',
      a: 'add',
      z: 'undo',
      y: 'redo',
      c: 'clear-all',
      u: 'auto-advance',
      w: 'mode',
      m: 'masks',
      b: 'boxes',
      l: 'labels',
      t: 'points',
      v: 'panels',
      ArrowDown: 'class-down',
      ArrowUp: 'class-up',
      PageDown: 'class-page-down',
      PageUp: 'class-page-up',
      Home: 'class-first',
      End: 'class-last',
      '=': 'zoom-in',
      '-': 'zoom-out',
      '0': 'fit',
      '[': 'fainter',
      ']': 'stronger',
    };
    for (const [key, id] of Object.entries(original)) expect(idFor({ key })).toBe(id);
  });

  test('bare letters do nothing with Ctrl, Command or Alt held', () => {
    for (const key of 'qnpjxacuwmbltvkg') {
      for (const held of ['ctrlKey', 'metaKey', 'altKey'] as const)
        expect(idFor({ key, [held]: true })).toBeUndefined();
    }
  });

  test('combinations', () => {
    expect(idFor({ key: 'z', ctrlKey: true })).toBe('undo');
    expect(idFor({ key: 'Z', metaKey: true, shiftKey: true })).toBe('redo');
    expect(idFor({ key: 'y', ctrlKey: true })).toBe('redo');
    expect(idFor({ key: 's', ctrlKey: true })).toBe('save');
    expect(idFor({ key: '?', shiftKey: true, code: 'Slash' })).toBe('help');
    expect(idFor({ key: 'Tab', shiftKey: true })).toBe('previous-candidate');
  });

  test('a letter with Shift is a key of its own, and the letter where nobody wants it', () => {
    const m = { ...plain, key: 'M', shiftKey: true };
    expect(keyName(m)).toBe('Shift+m');
    expect(keyName({ ...m, key: 'm' })).toBe('Shift+m'); // with caps lock
    const merge = { ...actions[0]!, id: 'merge', keys: ['Shift+m'] };
    expect(actionFor(makeKeymap([...actions.filter(({ keys }) => !keys.includes('Shift+m')), merge]), keyName(m), false)).toBe(merge);
    expect(actionFor(makeKeymap([{ ...merge, id: 'masks', keys: ['m'] }]), 'Shift+m', false)?.id).toBe('masks');
    expect(actionFor(keymap, 'Shift+ArrowRight', false)?.id).toBe('pan-right');
  });

  test('caps lock and other alphabets', () => {
    expect(idFor({ key: 'N' })).toBe('next');
    expect(idFor({ key: 'т', code: 'KeyN' })).toBe('next');
    expect(idFor({ key: 'é', code: 'Digit2' })).toBeUndefined();
  });

  test('while typing, letters are text; Ctrl+S still saves, Ctrl+Z belongs to the text', () => {
    for (const key of keymap.keys())
      expect(actionFor(keymap, key, true)?.id).toBe(key === 'Mod+s' ? 'save' : undefined);
    expect(actionFor(keymap, 's', false)?.id).toBe('save');
  });

  test('keys as people read them', () => {
    expect(keyText('Mod+Shift+z')).toBe('Ctrl Shift Z');
    expect(keyText('+')).toBe('+');
    expect(keyText('PageDown')).toBe('PgDn');
  });
});
