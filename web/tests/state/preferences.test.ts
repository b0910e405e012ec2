import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '../../src/model/problem';
import type { Page } from '../../src/state/page';
import {
  loadPreferences,
  preference,
  setPreference,
  writePreferencesNow,
  type Preferences,
} from '../../src/state/preferences';
import { FakeProgram, pageOn } from './fake-program';

let program: FakeProgram;
let page: Page;
let writes: Preferences[];

const noDisk = new Problem(507, 'about:blank', 'The disk is full', '');
const rest = () => vi.advanceTimersByTimeAsync(1000);

beforeEach(() => {
  vi.useFakeTimers();
  program = new FakeProgram(['a.jpg']);
  page = pageOn(program);
  writes = [];
  const set = program.api.setPreferences;
  program.api.setPreferences = async (value) => {
    writes.push(value);
    await set(value);
  };
});

afterEach(() => vi.useRealTimers());

describe('preferences', () => {
  test('what is kept is found again by another page; many changes are one write', async () => {
    await loadPreferences(page);
    for (let i = 0; i < 20; ++i) setPreference(page, 'brush', i);
    setPreference(page, 'theme', 'light');
    expect(preference(page, 'brush', 1)).toBe(19);
    expect(writes).toHaveLength(0);
    await rest();
    expect(writes).toHaveLength(1);
    const other = pageOn(program);
    await loadPreferences(other);
    expect(preference(other, 'brush', 1)).toBe(19);
    expect(preference(other, 'theme', 'dark')).toBe('light');
  });

  test('a value of another kind, of another version perhaps, is not taken', async () => {
    program.preferences = { brush: 'wide', pinned: {}, list: [1], nothing: null };
    await loadPreferences(page);
    expect(preference(page, 'brush', 12)).toBe(12);
    expect(preference<number[]>(page, 'pinned', [])).toEqual([]);
    expect(preference<number[]>(page, 'list', [])).toEqual([1]);
    expect(preference(page, 'nothing', 'x')).toBe('x');
    program.preferences = 'damaged' as never;
    await loadPreferences(page);
    expect(preference(page, 'brush', 12)).toBe(12);
  });

  test('two windows do not take away each other’s choices', async () => {
    const other = pageOn(program);
    await Promise.all([loadPreferences(page), loadPreferences(other)]);
    setPreference(page, 'theme', 'light');
    await rest();
    setPreference(other, 'brush', 7);
    await rest();
    expect(program.preferences).toEqual({ theme: 'light', brush: 7 });
    expect(preference(other, 'theme', 'dark')).toBe('light');
  });

  test('one write at a time; what changes meanwhile is written after it', async () => {
    let finish = (): void => undefined;
    let running = 0;
    const set = program.api.setPreferences;
    program.api.setPreferences = async (value) => {
      expect(++running).toBe(1);
      await new Promise<void>((resolve) => (finish = resolve));
      await set(value);
      --running;
    };
    setPreference(page, 'a', 1);
    await rest();
    setPreference(page, 'a', 2);
    await rest();
    finish();
    await rest();
    expect(program.preferences).toEqual({ a: 1 });
    expect(preference(page, 'a', 0)).toBe(2);
    finish();
    await rest();
    expect(program.preferences).toEqual({ a: 2 });
  });

  test('a program that cannot keep them costs one message, and nothing is lost once it can', async () => {
    const set = program.api.setPreferences;
    program.api.setPreferences = async () => Promise.reject(noDisk);
    setPreference(page, 'a', 1);
    await rest();
    setPreference(page, 'b', 2);
    await rest();
    expect(page.store.get().toasts).toMatchObject([{ kind: 'warning', detail: 'The disk is full' }]);
    expect(preference(page, 'a', 0)).toBe(1);
    program.api.setPreferences = set;
    setPreference(page, 'c', 3);
    await rest();
    expect(program.preferences).toEqual({ a: 1, b: 2, c: 3 });
  });

  test('a choice made before the kept ones arrived stays', async () => {
    program.preferences = { a: 'old', b: 'kept' };
    setPreference(page, 'a', 'new');
    await loadPreferences(page);
    expect(page.store.get().preferences).toEqual({ a: 'new', b: 'kept' });
  });

  test('a window that closes sends what is left', async () => {
    setPreference(page, 'a', 1);
    writePreferencesNow(page);
    await Promise.resolve();
    expect(program.preferences).toEqual({ a: 1 });
  });
});
