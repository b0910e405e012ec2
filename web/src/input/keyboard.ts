// The document's key presses. Returns the unbind.

import type { Page } from '../state/page';
import { isEnabled } from './action';
import { actionFor, keyName, type Keymap } from './keymap';
import type { PointerState } from './pointer';
import { makeSwallowed } from './swallowed';

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input:not([type=range]), textarea, select');
}

// Enter and Space press a focused button; arrows and the like move a focused slider.
function ownedByControl(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches('button, a, summary, [role=option]')) return key === 'Enter' || key === 'Space';
  return target.matches('input[type=range]') && /^(Arrow|Home|End|Page)/.test(key);
}

export function bindKeyboard(page: Page, keymap: Keymap, pointer: PointerState, changed: () => void): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const swallowed = makeSwallowed(page.now);

  const space = (held: boolean) => {
    pointer.space = held;
    changed();
  };
  const down = (event: KeyboardEvent) => {
    if (page.store.get().dialog !== null || event.isComposing) return;
    const key = keyName(event);
    const typing = isTyping(event.target);
    if (!typing && ownedByControl(event.target, key)) return;
    if (!typing && swallowed.takes(key)) return event.preventDefault();
    if (key === 'Space' && !typing) {
      event.preventDefault();
      if (!pointer.space) space(true);
      return;
    }
    const action = actionFor(keymap, key, typing);
    if (action === null) return;
    if (!isEnabled(action, page.store.get())) {
      if (key.startsWith('Mod+')) event.preventDefault();
      return;
    }
    event.preventDefault();
    swallowed.begin(action.swallows ?? []);
    action.run(page, key);
  };
  document.addEventListener('keydown', down, options);
  document.addEventListener(
    'keyup',
    (event) => {
      if (event.key === ' ' && pointer.space) space(false);
    },
    options,
  );
  window.addEventListener('blur', () => space(false), options);
  // Buttons pressed with the pointer do not take the focus: Enter then still adds the mask.
  document.addEventListener(
    'mousedown',
    (event) => {
      const target = event.target;
      if (!(target instanceof Element) || target.closest('dialog') !== null) return;
      if (target.closest('input, textarea, select') !== null) return;
      if (target.closest('button, .canvas, [role=option]') === null) return;
      event.preventDefault();
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
    options,
  );
  return () => stop.abort();
}
