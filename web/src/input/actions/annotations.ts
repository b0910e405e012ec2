// The finished annotations.

import { deleteSelected, redoEdit, save, setClassOfSelected, undoEdit } from '../../state/editing/editing';
import { isPrompting } from '../../state/editing/tools-state';
import type { Page } from '../../state/page';
import type { PageState } from '../../state/page-state';
import { clearPrompt, putBackPrompt, takeBackPrompt } from '../../state/prompting/prompting';
import { selectNext } from '../../state/editing/selecting';
import { text } from '../../text/en';
import { deleteChosenVertices } from '../../tools/vertices';
import type { Action } from '../action';
import { open, hasSelection, show } from './conditions';

// A mask on offer waits while another tool is in hand: undo takes back what that one did.
const undoesPoint = (s: PageState) => isPrompting(s.mode) && s.prompt.past.length > 0;
const redoesPoint = (s: PageState) => isPrompting(s.mode) && s.prompt.future.length > 0;
const repromptedOnly = (s: PageState) => isPrompting(s.mode) && s.reprompting !== null;

function undo(page: Page): void {
  const state = page.store.get();
  if (undoesPoint(state)) return takeBackPrompt(page);
  if (repromptedOnly(state)) return clearPrompt(page);
  if (state.picture?.can_undo !== true) return;
  if (isPrompting(state.mode)) clearPrompt(page);
  void undoEdit(page);
}

function redo(page: Page): void {
  const state = page.store.get();
  if (redoesPoint(state)) putBackPrompt(page);
  else if (state.picture?.can_redo === true) void redoEdit(page);
}

export const annotations: readonly Action[] = [
  {
    id: 'undo',
    group: 'Annotations',
    title: text.actions.undo,
    titleNow: (s) => (undoesPoint(s) || repromptedOnly(s) ? text.editing.undoPoint : text.editing.undoOf(s.picture?.undo_title)),
    keys: ['z', 'Mod+z'],
    enabled: (s) => undoesPoint(s) || repromptedOnly(s) || s.picture?.can_undo === true,
    run: undo,
  },
  {
    id: 'redo',
    group: 'Annotations',
    title: text.actions.redo,
    titleNow: (s) => (redoesPoint(s) ? text.editing.redoPoint : text.editing.redoOf(s.picture?.redo_title)),
    keys: ['y', 'Mod+y', 'Mod+Shift+z'],
    enabled: (s) => redoesPoint(s) || s.picture?.can_redo === true,
    run: redo,
  },
  {
    id: 'delete',
    group: 'Annotations',
    title: text.actions.delete,
    keys: ['Delete', 'Backspace'],
    enabled: hasSelection,
    run: (page) => void (deleteChosenVertices(page) || deleteSelected(page)),
  },
  {
    id: 'relabel',
    group: 'Annotations',
    title: text.actions.relabel,
    keys: ['g'],
    enabled: (s) => hasSelection(s) && s.classId !== null,
    run: (page) => void setClassOfSelected(page),
  },
  {
    id: 'select-next',
    group: 'Annotations',
    title: text.actions['select-next'],
    keys: ['.'],
    enabled: open,
    run: (page) => selectNext(page, 1),
  },
  {
    id: 'select-previous',
    group: 'Annotations',
    title: text.actions['select-previous'],
    keys: [','],
    enabled: open,
    run: (page) => selectNext(page, -1),
  },
  {
    id: 'clear-all',
    group: 'Annotations',
    title: text.actions['clear-all'],
    keys: ['c'],
    enabled: (s) => (s.picture?.annotations.length ?? 0) > 0,
    run: (page) => show(page, 'clear'),
  },
  {
    id: 'save',
    group: 'Annotations',
    title: text.actions.save,
    keys: ['s', 'Mod+s'],
    whileTyping: true,
    enabled: open,
    run: (page) => void save(page),
  },
];
