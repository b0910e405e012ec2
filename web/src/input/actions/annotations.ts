// The finished annotations.

import { deleteSelected, redoEdit, save, setClassOfSelected, undoEdit } from '../../state/editing/editing';
import type { Page } from '../../state/page';
import { clearPrompt, putBackPrompt, takeBackPrompt } from '../../state/prompting/prompting';
import { selectNext } from '../../state/editing/selecting';
import { text } from '../../text/en';
import { deleteChosenVertices } from '../../tools/vertices';
import type { Action } from '../action';
import { open, hasSelection, show } from './conditions';

function undo(page: Page): void {
  const { prompt } = page.store.get();
  if (prompt.past.length > 0) return takeBackPrompt(page);
  if (page.store.get().picture?.can_undo !== true) return;
  clearPrompt(page);
  void undoEdit(page);
}

function redo(page: Page): void {
  if (page.store.get().prompt.future.length > 0) putBackPrompt(page);
  else if (page.store.get().picture?.can_redo === true) void redoEdit(page);
}

export const annotations: readonly Action[] = [
  {
    id: 'undo',
    group: 'Annotations',
    title: text.actions.undo,
    titleNow: (s) => (s.prompt.past.length > 0 ? text.editing.undoPoint : text.editing.undoOf(s.picture?.undo_title)),
    keys: ['z', 'Mod+z'],
    enabled: (s) => s.prompt.past.length > 0 || s.picture?.can_undo === true,
    run: undo,
  },
  {
    id: 'redo',
    group: 'Annotations',
    title: text.actions.redo,
    titleNow: (s) => (s.prompt.future.length > 0 ? text.editing.redoPoint : text.editing.redoOf(s.picture?.redo_title)),
    keys: ['y', 'Mod+y', 'Mod+Shift+z'],
    enabled: (s) => s.prompt.future.length > 0 || s.picture?.can_redo === true,
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
