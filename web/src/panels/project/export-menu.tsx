// After the key of the original's export: which format. It takes all keys until one is chosen, or Esc.

import { isEnabled, type Action } from '../../input/action';
import { actions } from '../../input/actions';
import { makeKeymap } from '../../input/keymap';
import { chosenKeys } from '../../input/place';
import { hasProposals } from '../../state/project/jobs';
import { text } from '../../text/en';
import { usePage, useValue } from '../context';
import { Dialog } from '../dialog';
import { useKey } from '../keys';

const choices = actions.filter((action) => action.place === 'export');

function Choice({ action, first }: { action: Action; first: boolean }) {
  const page = usePage();
  const key = useKey(action);
  return (
    <button
      type="button"
      class="button export-choice"
      {...(first ? { 'data-first': true } : {})}
      onClick={() => action.run(page, action.keys[0]!)}
    >
      <span class="grow">{action.title}</span>
      {key.text !== null && <kbd>{key.text}</kbd>}
    </button>
  );
}

export function ExportMenu() {
  const page = usePage();
  const chosen = useValue(chosenKeys);
  const leavesOut = useValue(hasProposals);
  const keys = (key: string) => {
    const action = makeKeymap(choices, chosen, 'export').get(key.toLowerCase());
    if (action === undefined || !isEnabled(action, page.store.get())) return false;
    action.run(page, key);
    return true;
  };
  return (
    <Dialog title={text.keys.exportTitle} keys={keys}>
      <p>{text.keys.exportText}</p>
      {leavesOut && <p class="note">{text.keys.exportLeavesOut}</p>}
      <div class="export-choices">
        {choices.map((action, i) => (
          <Choice key={action.id} action={action} first={i === 0} />
        ))}
      </div>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => page.store.set({ dialog: null })}>
          {text.frame.cancel} <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
