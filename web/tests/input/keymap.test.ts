import { describe, expect, test } from 'vitest';
import { actions } from '../../src/input/actions';
import {
  actionFor,
  clashes,
  heldKey,
  keyName,
  keyText,
  makeKeymap,
  spokenKey,
  type KeyPress,
} from '../../src/input/keymap';

const plain: KeyPress = { key: 'n', code: 'KeyN', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const keymap = makeKeymap(actions);
const idFor = (press: Partial<KeyPress>) => keymap.get(keyName({ ...plain, ...press }))?.id;

describe('keymap', () => {
  test('no two actions want one key, and ids are unique', () => {
    expect(clashes(actions)).toEqual([]);
    expect(new Set(actions.map((action) => action.id)).size).toBe(actions.length);
    expect(clashes([actions[0]!, { ...actions[0]!, id: 'other' }])).not.toEqual([]);
    expect(clashes([actions[0]!, { ...actions[0]!, id: 'other', place: 'viewer' }])).toEqual([]);
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
      e: 'export',
      r: 'review',
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

  test('after e the second key chooses a format, and nothing else', () => {
    const menu = makeKeymap(actions, {}, 'export');
    expect([...menu].map(([key, action]) => [key, action.id])).toEqual([
      ['c', 'export-coco'],
      ['y', 'export-yolo'],
      ['p', 'export-voc'],
    ]);
  });

  test('without single-letter keys letters, digits and signs act only with Alt, on a Mac, too', () => {
    const held = (press: Partial<KeyPress>) => heldKey(keyName({ ...plain, ...press }), false);
    for (const key of ['n', '1', '?', '[', 'N']) expect(held({ key })).toBeNull();
    expect(held({ key: 'M', shiftKey: true })).toBeNull();
    expect(held({ key: 'n', altKey: true })).toBe('n');
    expect(held({ key: 'Dead', code: 'KeyN', altKey: true })).toBe('n');
    expect(held({ key: '¡', code: 'Digit1', altKey: true })).toBe('1');
    expect(held({ key: '“', code: 'BracketLeft', altKey: true })).toBe('[');
    expect(held({ key: 'M', altKey: true, shiftKey: true })).toBe('Shift+m');
    for (const key of ['Enter', 'Delete', 'ArrowUp', 'F1']) expect(held({ key })).toBe(key);
    expect(held({ key: 's', ctrlKey: true })).toBe('Mod+s');
    expect(heldKey('Alt+n', true)).toBe('Alt+n');
  });

  test('keys as people read them', () => {
    expect(keyText('Mod+Shift+z')).toBe('Ctrl Shift Z');
    expect(keyText('+')).toBe('+');
    expect(keyText('Mod++')).toBe('Ctrl +');
    expect(keyText('n', false)).toBe('Alt N');
    expect(keyText('Mod+n', false)).toBe('Ctrl N');
    expect(spokenKey('Mod+s')).toBe('Control+s');
    expect(keyText('PageDown')).toBe('PgDn');
  });
});
