import { describe, expect, test } from 'vitest';
import { placeOf } from '../../src/input/action';
import { actions } from '../../src/input/actions';
import { keysOf, makeKeymap, type ChosenKeys } from '../../src/input/keymap';
import { choose, holderOf, isModifier, refusedBy, reset } from '../../src/input/remap';
import { makeRandom } from '../random';

const byId = (id: string) => actions.find((action) => action.id === id)!;

// No key belongs to two actions of one place.
function shared(chosen: ChosenKeys): readonly string[] {
  const all = actions.flatMap((action) => keysOf(action, chosen).map((key) => `${placeOf(action)} ${key}`));
  return all.filter((key, i) => all.indexOf(key) !== i);
}

describe('keys that the person chose', () => {
  test('a key in place of the old one, or besides it', () => {
    const replaced = choose(actions, {}, byId('next'), '9x', false);
    expect(keysOf(byId('next'), replaced)).toEqual(['9x']);
    expect(makeKeymap(actions, replaced).get('n')).toBeUndefined();
    const added = choose(actions, {}, byId('next'), 'Mod+ArrowRight', true);
    expect(keysOf(byId('next'), added)).toEqual([...byId('next').keys, 'Mod+ArrowRight']);
  });

  test('a key of another action is taken from it; reset gives each its own again', () => {
    const next = byId('next');
    expect(holderOf(actions, {}, next, 'p')?.id).toBe('previous');
    const taken = choose(actions, {}, next, 'p', false);
    expect(makeKeymap(actions, taken).get('p')?.id).toBe('next');
    expect(keysOf(byId('previous'), taken)).not.toContain('p');
    expect(reset(actions, taken, byId('previous'))['previous']).toBeUndefined();
    expect(keysOf(next, reset(actions, taken, byId('previous')))).toEqual([]);
  });

  test('whatever is chosen and reset, no key has two owners, and resetting all gives the keys of the beginning', () => {
    const within = makeRandom(7);
    const draw = () => within(0, 1);
    const keys = ['n', 'p', 'c', 'Enter', 'Mod+k', 'F7', 'Shift+q', 'ArrowLeft', 'z'];
    const free = actions.filter((action) => action.fixed !== true);
    for (let round = 0; round < 4; ++round) {
      let chosen: ChosenKeys = {};
      for (let i = 0; i < 40; ++i) {
        const action = free[Math.floor(draw() * free.length)]!;
        if (draw() < 0.2) {
          chosen = reset(actions, chosen, action);
          expect(keysOf(action, chosen)).toEqual(action.keys);
        } else {
          const key = keys[Math.floor(draw() * keys.length)]!;
          chosen = choose(actions, chosen, action, key, draw() < 0.5);
          expect(keysOf(action, chosen)).toContain(key);
        }
        expect(shared(chosen)).toEqual([]);
      }
      for (const action of free) chosen = reset(actions, chosen, action);
      expect(chosen).toEqual({});
    }
  });

  test('what was kept is no trouble, whatever it is', () => {
    const kept: unknown = { next: 'n', previous: [3], unknown: ['n'], masks: ['n'], 'class-number': ['q'] };
    const map = makeKeymap(actions, kept as ChosenKeys);
    expect(map.get('n')?.id).toBe('masks');
    expect(map.get('p')?.id).toBe('previous');
    expect(map.get('1')?.id).toBe('class-number');
    expect(map.get('q')?.id).toBe('quit');
  });

  test('keys that the browser keeps, and those that hold others', () => {
    for (const key of ['Mod+w', 'F5', 'Mod+r', 'Mod+q', 'Mod+l', 'Mod+Tab', 'Mod+1', 'Mod+-', 'Alt+F4']) expect(refusedBy(key)).toBe('browser');
    for (const key of ['Escape', 'Space']) expect(refusedBy(key)).toBe('page');
    for (const key of ['Mod+k', 'r', 'l', 'F7', 'Shift+q']) expect(refusedBy(key)).toBeNull();
    const own = actions.flatMap((action) => (action.fixed === true ? [] : action.keys));
    expect(own.filter((key) => key !== 'Escape' && refusedBy(key) !== null)).toEqual([]);
    for (const key of ['Shift+Shift', 'Mod+Control', 'Alt+Alt', 'Meta']) expect(isModifier(key)).toBe(true);
    expect(isModifier('Shift+m')).toBe(false);
  });
});
