// The dialogs of the page, one of which may be open.

import { useState } from 'preact/hooks';
import { plural } from '../model/format';
import { addMask, clearAll } from '../state/editing';
import { jump } from '../state/navigation';
import type { Page } from '../state/page';
import { clearPrompt, preview } from '../state/prompting';
import { usePage, useValue } from './context';
import { Dialog } from './dialog';
import { HelpDialog } from './help-dialog';

const close = (page: Page) => page.store.set({ dialog: null });

function ClearDialog() {
  const page = usePage();
  const count = useValue((state) => state.picture?.annotations.length ?? 0);
  const clear = () => {
    close(page);
    void clearAll(page);
  };
  return (
    <Dialog title={`Remove ${plural(count, 'annotation')} of this image?`}>
      <p>Undo brings them back.</p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => close(page)}>
          Keep <kbd>Esc</kbd>
        </button>
        <button type="button" class="button danger filled" data-first onClick={clear}>
          Remove all <kbd>Enter</kbd>
        </button>
      </div>
    </Dialog>
  );
}

function PendingDialog({ proceed }: { proceed: () => void }) {
  const page = usePage();
  const ready = useValue((state) => preview(state) !== null && state.segmenting === null);
  const add = async () => {
    close(page);
    if (await addMask(page)) proceed();
  };
  const discard = () => {
    close(page);
    clearPrompt(page);
    proceed();
  };
  const keys = (key: string) => {
    if (key.toLowerCase() === 'd') discard();
    else if (key.toLowerCase() === 'a' && ready) void add();
    else return false;
    return true;
  };
  return (
    <Dialog title="Add the mask first?" keys={keys}>
      <p>The mask on this image has not been added yet.</p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => close(page)}>
          Stay <kbd>Esc</kbd>
        </button>
        <button type="button" class="button" onClick={discard}>
          Discard <kbd>D</kbd>
        </button>
        <button
          type="button"
          class="button primary"
          data-first
          aria-disabled={!ready}
          onClick={() => ready && void add()}
        >
          {ready ? 'Add' : 'Computing'} <kbd>Enter</kbd>
        </button>
      </div>
    </Dialog>
  );
}

function JumpDialog() {
  const page = usePage();
  const total = useValue((state) => state.images.total);
  const [text, setText] = useState('');
  const [answer, setAnswer] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setAnswer(await jump(page, text));
    setBusy(false);
  };
  return (
    <Dialog title="Jump to an image">
      <form onSubmit={(event) => void submit(event)}>
        <input
          type="text"
          data-first
          autocomplete="off"
          spellcheck={false}
          class="field"
          aria-label="Number or part of a name"
          placeholder={`1 to ${total}, or part of a name`}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <p class="answer" role="status">
          {busy ? 'Searching' : (answer ?? '')}
        </p>
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={() => close(page)}>
            Cancel <kbd>Esc</kbd>
          </button>
          <button type="submit" class="button primary">
            Jump <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function QuitDialog() {
  const page = usePage();
  const pending = useValue((state) => preview(state) !== null);
  const saved = useValue((state) => state.saved);
  return (
    <Dialog title="Quit">
      {saved === 'saved' ? <p>Every annotation shown is saved.</p> : <p>The last edit has not been saved.</p>}
      {pending && <p>The mask on offer has not been added yet.</p>}
      <p>
        Close this tab, and stop the program with <kbd>Ctrl C</kbd> in its terminal. The next start opens this image
        again.
      </p>
      <div class="dialog-buttons">
        <button type="button" class="button primary" data-first onClick={() => close(page)}>
          Go on labelling <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}

export function Dialogs() {
  const dialog = useValue((state) => state.dialog);
  switch (dialog?.kind) {
    case 'help':
      return <HelpDialog />;
    case 'clear':
      return <ClearDialog />;
    case 'jump':
      return <JumpDialog />;
    case 'quit':
      return <QuitDialog />;
    case 'pending':
      return <PendingDialog proceed={dialog.proceed} />;
    case undefined:
      return null;
  }
}
