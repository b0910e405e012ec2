// All keys, from the same records that the keys themselves come from.

import type { Group } from '../input/action';
import { actions } from '../input/actions';
import { keyText } from '../input/keymap';
import { usePage } from './context';
import { Dialog } from './dialog';

const groups: readonly Group[] = ['Images', 'Prompt', 'Annotations', 'Classes', 'View', 'Program'];

const mouse: readonly (readonly [string, string])[] = [
  ['Draw a box', 'Drag in box mode'],
  ['Belongs to the object', 'Left click'],
  ['Does not belong', 'Right click'],
  ['Select a mask', 'Click, or Ctrl click'],
  ['Zoom at the cursor', 'Wheel'],
  ['Move the view', 'Middle drag, Space drag'],
];

function keysOf(keys: readonly string[]): readonly string[] {
  return keys.length > 4 ? [`${keyText(keys[0]!)} … ${keyText(keys.at(-1)!)}`] : keys.map(keyText);
}

export function HelpDialog() {
  const page = usePage();
  const close = () => page.store.set({ dialog: null });
  const keys = (key: string) => {
    if (key !== '?' && key !== 'F1') return false;
    close();
    return true;
  };
  return (
    <Dialog title="Keys" wide keys={keys}>
      <div class="help">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            {actions
              .filter((action) => action.group === group)
              .map((action) => (
                <div class="help-row" key={action.id}>
                  <span>{action.title}</span>
                  <span class="help-keys">
                    {keysOf(action.keys).map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </span>
                </div>
              ))}
          </section>
        ))}
        <section>
          <h3>Mouse</h3>
          {mouse.map(([title, how]) => (
            <div class="help-row" key={title}>
              <span>{title}</span>
              <span class="muted">{how}</span>
            </div>
          ))}
        </section>
      </div>
      <div class="dialog-buttons">
        <button type="button" class="button primary" data-first onClick={close}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
