import { describe, expect, test } from 'vitest';
import { actions } from '../../src/input/actions';
import { findsKey } from '../../src/input/key-search';

const found = (query: string, letters = true) =>
  actions.filter(({ title, keys }) => findsKey(title, keys, letters, query)).map(({ id }) => id);

describe('searching the keys', () => {
  test.each(['ctrl z', 'Ctrl+Z', 'z ctrl', 'ctrl + z', ' CTRL  Z ', 'cmd z', 'control z'])('%s', (query) => {
    expect(found(query)).toContain('undo');
    expect(found(query)).not.toContain('zoom-in');
    for (const id of found(query))
      expect(actions.find((action) => action.id === id)!.keys.some((key) => /^Mod\+(Shift\+)?z$/.test(key))).toBe(true);
  });

  test.each(['page down', 'pgdn', 'PageDown'])('%s', (query) => {
    expect(found(query)).toContain('class-page-down');
    expect(found(query)).not.toContain('class-page-up');
  });

  test('all parts are of one key', () => {
    const own = (key: string) => ({ title: 'Draw', keys: ['x', key] });
    const finds = (key: string, query: string) => findsKey(own(key).title, own(key).keys, true, query);
    expect(finds('Shift+b', 'shift b')).toBe(true);
    expect(finds('b', 'shift b')).toBe(false);
    expect(finds('Shift+q', 'shift x')).toBe(false);
    expect(finds('Shift+w', 'shift w')).toBe(true);
    expect(finds('Shift+q', 'shift w')).toBe(false); // the w of the title is no key
    expect(finds('ArrowUp', 'arrow up')).toBe(true);
    expect(finds('Mod++', 'ctrl +')).toBe(true);
    expect(finds('Mod++', 'ctrl++')).toBe(true);
    expect(finds('Mod+-', 'ctrl -')).toBe(true);
    expect(finds('+', '+')).toBe(true);
    expect(finds('Delete', 'draw delete')).toBe(true);
    expect(finds('Delete', 'del')).toBe(true);
  });

  test('words of the title; nothing typed finds everything', () => {
    expect(found('next image')).toContain('next');
    expect(found('')).toHaveLength(actions.length);
    expect(found('no such words')).toEqual([]);
  });

  test('each of a row of digits, and Alt where letters need it', () => {
    expect(found('5')).toContain('class-number');
    expect(found('alt n', false)).toContain('next');
    expect(found('alt n')).not.toContain('next');
  });
});
