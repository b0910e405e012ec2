import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { actions } from '../../src/input/actions';
import { bindKeyboard } from '../../src/input/keyboard';
import type { PointerState } from '../../src/input/pointer';
import { open } from '../../src/state/images/navigation';
import type { Page } from '../../src/state/page';
import { openViewer } from '../../src/state/view/views';
import type { Dialog } from '../../src/state/page-state';
import { FakeProgram, pageOn, settle, square } from '../state/fake-program';

// As much of an element as the keyboard asks for.
class Element extends EventTarget {
  readonly isContentEditable = false;
  constructor(readonly kind: string) {
    super();
  }
  matches(selector: string): boolean {
    return selector.split(/[\s,:]+/).includes(this.kind);
  }
}

const body = new Element('body');
const field = new Element('input');

interface Held {
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly alt?: boolean;
  readonly shift?: boolean;
  readonly repeat?: boolean;
  readonly composing?: boolean;
}

let program: FakeProgram;
let page: Page;
let pointer: PointerState;
let unbind: () => void;
let gesture = false;

const codeOf = (key: string) => (/^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key);

// Returns whether the browser is kept from acting on it.
function press(key: string, held: Held = {}, target: Element = body): boolean {
  const event = Object.assign(new Event('keydown', { cancelable: true }), {
    key,
    code: codeOf(key),
    ctrlKey: held.ctrl === true,
    metaKey: held.meta === true,
    altKey: held.alt === true,
    shiftKey: held.shift === true,
    repeat: held.repeat === true,
    isComposing: held.composing === true,
  });
  Object.defineProperty(event, 'target', { value: target });
  document.dispatchEvent(event);
  return event.defaultPrevented;
}

function release(key: string): void {
  document.dispatchEvent(Object.assign(new Event('keyup'), { key, code: codeOf(key) }));
}

beforeEach(async () => {
  vi.stubGlobal('document', new EventTarget());
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('HTMLElement', Element);
  vi.stubGlobal('navigator', { platform: 'Linux x86_64' });
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  program.apply('a.jpg', { type: 'add', class_id: 0, polygon: [square(100, 100, 50)] });
  page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 0, mode: 'box' });
  await open(page, 'a.jpg');
  gesture = false;
  pointer = {
    space: false,
    cancel: () => {
      const went = gesture;
      gesture = false;
      return went;
    },
  };
  unbind = bindKeyboard(page, actions, pointer, () => undefined);
});

afterEach(() => {
  unbind();
  vi.unstubAllGlobals();
});

const browserKeys: readonly (readonly [string, Held])[] = [
  ['F1', {}],
  ['F2', {}],
  ['F3', {}],
  ['F4', {}],
  ['F6', {}],
  ['F6', { shift: true }],
  ['s', { ctrl: true }],
  ['f', { ctrl: true }],
  ['o', { ctrl: true }],
  ['e', { meta: true }],
  [',', { ctrl: true }],
  ['a', { ctrl: true, shift: true }],
];

const dialogs: readonly Dialog['kind'][] = ['export', 'help', 'jump', 'quit', 'statistics'];

describe('what a browser would act on', () => {
  test.each(dialogs)('is kept from it while a dialog is open, and does nothing: %s', (kind) => {
    page.store.set({ dialog: { kind } as Dialog });
    const before = page.store.get();
    for (const [key, held] of browserKeys) expect(press(key, held), key).toBe(true);
    for (const key of ['ArrowLeft', 'ArrowRight']) {
      expect(press(key, { alt: true })).toBe(true);
      expect(press(key, { ctrl: true })).toBe(true);
    }
    expect(page.store.get()).toBe(before);
  });

  test('is kept from it where a text field has the focus', () => {
    for (const [key, held] of browserKeys.filter(([key]) => key !== 's')) {
      const before = page.store.get();
      expect(press(key, held, field), key).toBe(true);
      expect(page.store.get()).toBe(before);
    }
    expect(press('ArrowLeft', { alt: true }, field)).toBe(true);
  });

  test('is kept from it where the action cannot run: Alt with an arrow while no vertex is chosen', () => {
    page.store.set({ mode: 'vertices', selection: new Set([1]), panels: false }); // without panels there is no filter
    const before = page.store.get();
    for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) expect(press(key, { alt: true })).toBe(true);
    expect(press('f', { ctrl: true })).toBe(true);
    expect(page.store.get()).toBe(before);
  });

  test('is kept from it in the viewer, where the key does nothing', () => {
    openViewer(page);
    expect(press('f', { ctrl: true })).toBe(true);
  });

  test('editing a text is the field’s own', () => {
    for (const key of ['z', 'y', 'ArrowLeft', 'ArrowRight', 'a', 'c', 'v', 'x', 'Backspace'])
      expect(press(key, { ctrl: true }, field), key).toBe(false);
    expect(press('z', { ctrl: true, shift: true }, field)).toBe(false);
    expect(press('z', { ctrl: true })).toBe(true);
    expect(press('ArrowDown', { alt: true }, field)).toBe(false);
    for (const key of ['n', 'Backspace', 'ArrowLeft', 'Home']) expect(press(key, {}, field), key).toBe(false);
    expect(press('F1', { composing: true }, field)).toBe(false);
  });

  test('on a Mac fields have Alt and Ctrl for themselves', () => {
    vi.stubGlobal('navigator', { platform: 'MacIntel' });
    expect(press('ArrowLeft', { alt: true }, field)).toBe(false);
    expect(press('f', { ctrl: true }, field)).toBe(false);
    expect(press('f', { meta: true }, field)).toBe(true);
    expect(press('F1', {}, field)).toBe(true);
  });

  test('stays with it where no action has the key', () => {
    page.store.set({ dialog: { kind: 'help' } });
    for (const [key, held] of [['F5', {}], ['F12', {}], ['r', { ctrl: true }], ['l', { ctrl: true }], ['n', { alt: true }]] as const)
      expect(press(key, held), key).toBe(false);
  });

  test('follows the keys that the person chose', () => {
    page.store.set({ preferences: { keys: { next: ['Mod+b'], filter: ['Shift+f'] } }, dialog: { kind: 'help' } });
    expect(press('b', { ctrl: true })).toBe(true);
    expect(press('f', { ctrl: true })).toBe(false);
  });
});

describe('a gesture that goes on', () => {
  test.each([
    ['z', {}],
    ['z', { ctrl: true }],
    ['y', {}],
    ['Z', { ctrl: true, shift: true }],
    ['Escape', {}],
  ] as const)('is put away by %s %o, and nothing else happens', async (key, held) => {
    page.store.set({ selection: new Set([1]) });
    const before = page.store.get();
    gesture = true;
    expect(press(key, held)).toBe(true);
    expect(gesture).toBe(false);
    press(key, { ...held, repeat: true });
    await settle();
    expect(page.store.get()).toBe(before);
    expect(program.edits).toEqual([]);
  });

  test('undo is undo again with the next press', async () => {
    gesture = true;
    press('z');
    release('z');
    press('z');
    await settle();
    expect(page.store.get().picture!.annotations).toEqual([]);
    expect(program.edits).toEqual([{ type: 'undo' }]);
  });

  test('is put away also where there is nothing to undo, and in a walk', async () => {
    await open(page, 'b.jpg');
    gesture = true;
    expect(press('z')).toBe(true);
    expect(gesture).toBe(false);
    await open(page, 'a.jpg');
    press('r');
    expect(page.store.get().review.walk?.kind).toBe('review');
    gesture = true;
    press('z');
    await settle();
    expect(gesture).toBe(false);
    expect(program.edits).toEqual([]);
  });
});
