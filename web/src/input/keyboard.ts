// The document's key presses. Returns the unbind.

import type { Page } from '../state/page';
import { isEnabled, type Action, type Place } from './action';
import { actionFor, heldKey, keyName, keysOf, makeKeymap, type ChosenKeys, type Keymap } from './keymap';
import { chosenKeys, hasLetterKeys, placeNow } from './place';
import type { PointerState } from './pointer';

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input:not([type=range], [type=checkbox], [type=radio]), textarea, select');
}

const controls = 'button, a[href], summary, input, select, textarea, [role=option], [role=treeitem], [role=listbox], [role=tree], [role=radio], [role=slider]';

// Enter and Space press a focused control, Tab leaves it; arrows and the like move within a list, a slider and a choice.
function ownedByControl(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement) || !target.matches(controls)) return false;
  if (key === 'Enter' || key === 'Space' || key === 'Tab' || key === 'Shift+Tab') return true;
  return /^(Arrow|Home|End|Page)/.test(key) && target.matches('input[type=range], [role=option], [role=treeitem], [role=listbox], [role=tree], [role=radio]');
}

// What a browser does itself: its help, Find, Save, Back, its menus.
const ofBrowser = /^(Mod\+|Alt\+|(Shift\+)?F\d+$)/;
const ofText = /^Mod\+([acvxyz]|Shift\+[vz]|(Shift\+)?(Arrow\w+|Home|End|Backspace|Delete|Insert))$/;

// What a text field does itself: on a Mac also whatever has Alt (signs, words) or Ctrl (Emacs's keys). A list unfolds with
// Alt and an arrow down; to the side that leaves the page, from a field, too.
function isEditing(event: KeyboardEvent, pressed: string): boolean {
  if (/^Mac/.test(navigator.platform) && (event.altKey || event.ctrlKey)) return true;
  return event.altKey ? !/^Alt\+Arrow(Left|Right)$/.test(pressed) : ofText.test(pressed);
}

// A gesture that goes on is what they undo: nothing of it is stored yet.
const takesBack: ReadonlySet<string> = new Set(['undo', 'redo', 'walk-undo']);

// The keymap of each place, made again when the person chose other keys.
function makeKeymaps(actions: readonly Action[]): (chosen: ChosenKeys, place: Place) => Keymap {
  let made = new Map<Place, Keymap>();
  let madeFor: ChosenKeys | null = null;
  return (chosen, place) => {
    if (chosen !== madeFor) made = new Map();
    madeFor = chosen;
    const keymap = made.get(place) ?? makeKeymap(actions, chosen, place);
    made.set(place, keymap);
    return keymap;
  };
}

export function bindKeyboard(
  page: Page,
  actions: readonly Action[],
  pointer: PointerState,
  changed: () => void,
): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const keymapOf = makeKeymaps(actions);

  const space = (held: boolean) => {
    pointer.space = held;
    changed();
  };
  let spent: string | null = null; // the key that put a gesture away: held on, it does nothing more
  const putAway = (event: KeyboardEvent) => {
    if (!pointer.cancel()) return false;
    spent = event.code;
    event.preventDefault();
    return true;
  };
  // Before anybody else hears of the key: dialogs and menus keep theirs to themselves.
  const keep = (event: KeyboardEvent) => {
    const state = page.store.get();
    const pressed = keyName(event);
    if (event.isComposing || !ofBrowser.test(pressed) || (isTyping(event.target) && isEditing(event, pressed))) return;
    const key = heldKey(pressed, hasLetterKeys(state));
    const chosen = chosenKeys(state);
    if (key !== null && actions.some((action) => keysOf(action, chosen).includes(key))) event.preventDefault();
  };
  let held: { readonly action: Action; readonly code: string } | null = null; // acts as long as its key is down
  const letGo = () => {
    held?.action.release?.(page);
    held = null;
  };
  const down = (event: KeyboardEvent) => {
    const state = page.store.get();
    if (state.dialog !== null || event.isComposing) return;
    if (event.repeat && event.code === spent) return event.preventDefault();
    spent = null;
    const letters = hasLetterKeys(state);
    const pressed = keyName(event);
    const typing = isTyping(event.target);
    if (!typing && ownedByControl(event.target, pressed)) return;
    if (pressed === 'Escape' && putAway(event)) return;
    if (pressed === 'Space' && !typing) {
      event.preventDefault();
      if (!pointer.space) space(true);
      return;
    }
    if (!letters && /^(Shift\+)?Tab$/.test(pressed)) return; // the focus moves, as everywhere
    const key = heldKey(pressed, letters);
    const action = key === null ? null : actionFor(keymapOf(chosenKeys(state), placeNow(state)), key, typing);
    if (key === null || action === null) return;
    if (takesBack.has(action.id) && putAway(event)) return;
    if (!isEnabled(action, state)) return;
    event.preventDefault();
    if (action.release !== undefined) {
      if (event.repeat) return;
      held = { action, code: event.code };
    }
    action.run(page, key);
  };
  document.addEventListener('keydown', keep, { ...options, capture: true });
  document.addEventListener('keydown', down, options);
  document.addEventListener(
    'keyup',
    (event) => {
      if (event.key === ' ' && pointer.space) space(false);
      if (event.code === held?.code) letGo();
    },
    options,
  );
  const blurred = () => {
    space(false);
    letGo();
  };
  window.addEventListener('blur', blurred, options);
  // Buttons pressed with the pointer do not take the focus: Enter then still adds the mask.
  document.addEventListener(
    'mousedown',
    (event) => {
      const target = event.target;
      if (!(target instanceof Element) || target.closest('dialog') !== null) return;
      if (target.closest('input, textarea, select') !== null) return;
      if (target.closest('button, .canvas, .view-pane, [role=option], [role=treeitem]') === null) return;
      event.preventDefault();
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
    options,
  );
  return () => stop.abort();
}
