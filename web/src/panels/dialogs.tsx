// The dialogs of the page, one of which may be open.

import { addMask, clearAll } from '../state/editing/editing';
import type { Page } from '../state/page';
import type { Dialog as DialogState } from '../state/page-state';
import { quit } from '../state/project/quitting';
import { text } from '../text/en';
import { clearPrompt, preview, promptFailure, retryPrompt } from '../state/prompting/prompting';
import { usePage, useValue } from './context';
import { Dialog } from './dialog';
import { ExportMenu } from './project/export-menu';
import { JumpDialog } from './images/jump-dialog';
import { MemoryDialog } from './memory/memory-dialog';
import { onDemand } from './on-demand';

const HelpDialog = onDemand(() => import('./help-dialog').then((panel) => panel.HelpDialog));
const SettingsDialog = onDemand(() => import('./settings-dialog').then((panel) => panel.SettingsDialog));
const ClassesDialog = onDemand(() => import('./classes/classes-dialog').then((panel) => panel.ClassesDialog));
const JobsDialog = onDemand(() => import('./project/jobs-dialog').then((panel) => panel.JobsDialog));
const ExportDialog = onDemand(() => import('./project/export-dialog').then((panel) => panel.ExportDialog));
const ImportDialog = onDemand(() => import('./project/import-dialog').then((panel) => panel.ImportDialog));
const words = text.dialogs;
const close = (page: Page) => page.store.set({ dialog: null });

function ClearDialog() {
  const page = usePage();
  const count = useValue((state) => state.picture?.annotations.length ?? 0);
  const clear = () => {
    close(page);
    void clearAll(page);
  };
  const keys = (key: string) => {
    if (key.toLowerCase() !== 'r') return false;
    clear();
    return true;
  };
  return (
    <Dialog title={words.clearTitle(count)} keys={keys}>
      <p>{words.clearText}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" data-first onClick={() => close(page)}>
          {text.frame.cancel} <kbd>Esc</kbd>
        </button>
        <button type="button" class="button danger filled" onClick={clear}>
          {words.removeAll} <kbd>R</kbd>
        </button>
      </div>
    </Dialog>
  );
}

function ConfirmDialog({ title, text: body, label, proceed }: Extract<DialogState, { kind: 'confirm' }>) {
  const page = usePage();
  const go = () => {
    close(page);
    proceed();
  };
  return (
    <Dialog title={title}>
      <p>{body}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => close(page)}>
          {text.prompting.cancel} <kbd>Esc</kbd>
        </button>
        <button type="button" class="button primary" data-first onClick={go}>
          {label} <kbd>Enter</kbd>
        </button>
      </div>
    </Dialog>
  );
}

const first = { 'data-first': true };

interface Pending {
  readonly text: string;
  readonly label: string | null; // of the main button; null: there is nothing to add
  readonly act: (() => void) | null; // null while it cannot be pressed
}

function usePending(proceed: () => void): Pending {
  const page = usePage();
  const error = useValue((state) => state.promptError);
  const computing = useValue((state) => state.segmenting !== null);
  const offered = useValue((state) => preview(state) !== null);
  const again = useValue((state) => state.reprompting !== null);
  const what = again ? words.notReplaced : words.notAdded;
  const add = async () => {
    close(page);
    if (await addMask(page)) proceed();
  };
  if (error !== null) return { text: promptFailure(error), label: words.tryAgain, act: () => retryPrompt(page) };
  if (computing) return { text: what, label: words.computing, act: null };
  if (offered) return { text: what, label: again ? words.replace : words.add, act: () => void add() };
  return { text: words.noMask, label: null, act: null };
}

function PendingDialog({ proceed }: { proceed: () => void }) {
  const page = usePage();
  const { text: what, label, act } = usePending(proceed);
  const again = useValue((state) => state.reprompting !== null);
  const discard = () => {
    close(page);
    clearPrompt(page);
    proceed();
  };
  const keys = (key: string) => {
    if (key.toLowerCase() === 'd') discard();
    else if (key.toLowerCase() === 'a' && act !== null) act();
    else return false;
    return true;
  };
  return (
    <Dialog title={label === null ? words.discardTitle : again ? words.replaceTitle : words.addTitle} keys={keys}>
      <p>{what}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" {...(label === null ? first : {})} onClick={() => close(page)}>
          {words.stay} <kbd>Esc</kbd>
        </button>
        <button type="button" class="button" onClick={discard}>
          {words.discard} <kbd>D</kbd>
        </button>
        {label !== null && (
          <button type="button" class="button primary" data-first aria-disabled={act === null} onClick={() => act?.()}>
            {label} <kbd>Enter</kbd>
          </button>
        )}
      </div>
    </Dialog>
  );
}

function QuitDialog() {
  const page = usePage();
  const pending = useValue((state) => preview(state) !== null);
  const saved = useValue((state) => state.saved);
  const waiting = useValue((state) => state.edits.waiting.length);
  const others = useValue((state) => state.windows.all.filter(({ window }) => window !== page.window).length);
  return (
    <Dialog title={words.quitTitle}>
      <p>{saved === 'saved' ? words.allSaved : waiting > 0 ? text.saving.waiting(waiting) : words.notSaved}</p>
      {pending && <p>{words.offerNotAdded}</p>}
      {others > 0 && <p>{words.quitOthers(text.counted.otherWindows(others))}</p>}
      <p>{words.quitAfter}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" data-first onClick={() => close(page)}>
          {words.goOn} <kbd>Esc</kbd>
        </button>
        <button type="button" class="button primary" aria-disabled={waiting > 0} onClick={() => waiting === 0 && void quit(page)}>
          {words.quit}
        </button>
      </div>
    </Dialog>
  );
}

function EndedDialog() {
  return (
    <Dialog title={words.ended}>
      <p>{words.endedText}</p>
    </Dialog>
  );
}

const AboveDialog = onDemand(() => import('./review/above-dialog').then((panel) => panel.AboveDialog));
const StatisticsDialog = onDemand(() => import('./project/statistics-dialog').then((panel) => panel.StatisticsDialog));
const MendDialog = onDemand(() => import('./review/mend-dialog').then((panel) => panel.MendDialog));

export function Dialogs() {
  const dialog = useValue((state) => state.dialog);
  switch (dialog?.kind) {
    case 'help':
      return <HelpDialog />;
    case 'clear':
      return <ClearDialog />;
    case 'export':
      return <ExportMenu />;
    case 'settings':
      return <SettingsDialog />;
    case 'jobs':
      return <JobsDialog />;
    case 'export-to':
      return <ExportDialog />;
    case 'import-from':
      return <ImportDialog />;
    case 'classes':
      return <ClassesDialog />;
    case 'jump':
      return <JumpDialog />;
    case 'memory':
      return <MemoryDialog />;
    case 'ended':
      return <EndedDialog />;
    case 'quit':
      return <QuitDialog />;
    case 'proposals-above':
      return <AboveDialog />;
    case 'mend':
      return <MendDialog />;
    case 'statistics':
      return <StatisticsDialog />;
    case 'confirm':
      return <ConfirmDialog {...dialog} />;
    case 'pending':
      return <PendingDialog proceed={dialog.proceed} />;
    case undefined:
      return null;
  }
}
