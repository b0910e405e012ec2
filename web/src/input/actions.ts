// Everything the keyboard and the buttons can do. Keys of the original tool keep their meaning.

import { chooseNumbered, moveClass, shownClasses, chooseClass } from '../state/classes';
import { addMask, deleteSelected, redoEdit, save, setClassOfSelected, undoEdit } from '../state/editing';
import { isHovering, toggleHovering } from '../state/hovering';
import { openMemory } from '../state/memory';
import { tell } from '../state/messages';
import { go } from '../state/navigation';
import type { Page } from '../state/page';
import type { Dialog, PageState } from '../state/page-state';
import {
  clearPrompt,
  cycleCandidate,
  hasPrompt,
  preview,
  putBackPrompt,
  retryPrompt,
  setMaskOptions,
  takeBackPrompt,
} from '../state/prompting';
import { select, selectNext } from '../state/selecting';
import { fitPicture, panBy, setOpacity, toggleLayer, zoomCentre, zoomTo } from '../state/viewing';
import type { Action } from './action';

const zoomStep = 1.25;
const opacityStep = 0.1;
const panStep = 80; // CSS pixels
const pageOfClasses = 10;

const open = (s: PageState) => s.picture !== null;
const hasSelection = (s: PageState) => s.selection.size > 0;
const show = (page: Page, kind: Exclude<Dialog['kind'], 'pending'>) => page.store.set({ dialog: { kind } });

async function add(page: Page): Promise<void> {
  if (page.store.get().promptError !== null) return retryPrompt(page);
  if ((await addMask(page)) && page.store.get().autoAdvance && !hasPrompt(page.store.get())) go(page, 1);
}

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

function escape(page: Page): void {
  if (hasPrompt(page.store.get())) clearPrompt(page);
  else select(page, null, false);
}

const images: Action[] = [
  { id: 'next', group: 'Images', title: 'Next image', keys: ['n', 'ArrowRight'], run: (page) => go(page, 1) },
  { id: 'previous', group: 'Images', title: 'Previous image', keys: ['p', 'ArrowLeft'], run: (page) => go(page, -1) },
  {
    id: 'jump',
    group: 'Images',
    title: 'Jump to an image by number or name',
    keys: ['j'],
    run: (page) => show(page, 'jump'),
  },
  {
    id: 'auto-advance',
    group: 'Images',
    title: 'Go to the next image after adding',
    keys: ['u'],
    active: (s) => s.autoAdvance,
    run: ({ store }) => store.set({ autoAdvance: !store.get().autoAdvance }),
  },
];

const prompt: Action[] = [
  {
    id: 'mode',
    group: 'Prompt',
    title: 'Switch between box and points',
    keys: ['w'],
    run: ({ store }) => store.set({ mode: store.get().mode === 'box' ? 'point' : 'box' }),
  },
  {
    id: 'add',
    group: 'Prompt',
    title: 'Add the mask with the chosen class',
    keys: ['Enter', 'a'],
    enabled: (s) => (preview(s) !== null && s.segmenting === null) || s.promptError !== null,
    run: (page) => void add(page),
  },
  {
    id: 'clear-prompt',
    group: 'Prompt',
    title: 'Clear the prompt, or the selection',
    keys: ['Escape', 'x'],
    enabled: (s) => hasPrompt(s) || hasSelection(s),
    run: escape,
  },
  {
    id: 'candidates',
    group: 'Prompt',
    title: 'Offer several candidate masks',
    keys: ['k'],
    enabled: (s) => (s.project?.predictor.max_candidates ?? 1) > 1,
    active: (s) => s.multimask,
    run: (page) => setMaskOptions(page, { multimask: !page.store.get().multimask }),
  },
  {
    id: 'refine-edges',
    group: 'Prompt',
    title: "Put masks' edges where the picture has edges",
    keys: ['d'],
    active: (s) => s.refineEdges,
    run: (page) => setMaskOptions(page, { refineEdges: !page.store.get().refineEdges }),
  },
  {
    id: 'hover',
    group: 'Prompt',
    title: 'Show the mask under the cursor (points)',
    keys: ['h'],
    active: isHovering,
    run: toggleHovering,
  },
  {
    id: 'next-candidate',
    group: 'Prompt',
    title: 'Next candidate',
    keys: ['Tab'],
    enabled: (s) => s.candidates.length > 1,
    run: (page) => cycleCandidate(page, 1),
  },
  {
    id: 'previous-candidate',
    group: 'Prompt',
    title: 'Previous candidate',
    keys: ['Shift+Tab'],
    enabled: (s) => s.candidates.length > 1,
    run: (page) => cycleCandidate(page, -1),
  },
];

const annotations: Action[] = [
  {
    id: 'undo',
    group: 'Annotations',
    title: 'Undo (the unfinished prompt first)',
    keys: ['z', 'Mod+z'],
    enabled: (s) => s.prompt.past.length > 0 || s.picture?.can_undo === true,
    run: undo,
  },
  {
    id: 'redo',
    group: 'Annotations',
    title: 'Redo',
    keys: ['y', 'Mod+y', 'Mod+Shift+z'],
    enabled: (s) => s.prompt.future.length > 0 || s.picture?.can_redo === true,
    run: redo,
  },
  {
    id: 'delete',
    group: 'Annotations',
    title: 'Delete the selected annotations',
    keys: ['Delete', 'Backspace'],
    enabled: hasSelection,
    run: (page) => void deleteSelected(page),
  },
  {
    id: 'relabel',
    group: 'Annotations',
    title: 'Give the selected annotations the chosen class',
    keys: ['g'],
    enabled: (s) => hasSelection(s) && s.classId !== null,
    run: (page) => void setClassOfSelected(page),
  },
  {
    id: 'select-next',
    group: 'Annotations',
    title: 'Select the next annotation',
    keys: ['.'],
    enabled: open,
    run: (page) => selectNext(page, 1),
  },
  {
    id: 'select-previous',
    group: 'Annotations',
    title: 'Select the previous annotation',
    keys: [','],
    enabled: open,
    run: (page) => selectNext(page, -1),
  },
  {
    id: 'clear-all',
    group: 'Annotations',
    title: 'Remove all annotations of this image (asks first)',
    keys: ['c'],
    enabled: (s) => (s.picture?.annotations.length ?? 0) > 0,
    run: (page) => show(page, 'clear'),
  },
  {
    id: 'save',
    group: 'Annotations',
    title: 'Write the files of this image again',
    keys: ['s', 'Mod+s'],
    whileTyping: true,
    enabled: open,
    run: (page) => void save(page),
  },
];

const classes: Action[] = [
  {
    id: 'class-number',
    group: 'Classes',
    title: 'Choose a class by its number in the list',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    run: (page, key) => chooseNumbered(page, Number(key)),
  },
  { id: 'class-down', group: 'Classes', title: 'Next class', keys: ['ArrowDown'], run: (page) => moveClass(page, 1) },
  { id: 'class-up', group: 'Classes', title: 'Previous class', keys: ['ArrowUp'], run: (page) => moveClass(page, -1) },
  {
    id: 'class-page-down',
    group: 'Classes',
    title: 'Ten classes down',
    keys: ['PageDown'],
    run: (page) => moveClass(page, pageOfClasses),
  },
  {
    id: 'class-page-up',
    group: 'Classes',
    title: 'Ten classes up',
    keys: ['PageUp'],
    run: (page) => moveClass(page, -pageOfClasses),
  },
  {
    id: 'class-first',
    group: 'Classes',
    title: 'First class',
    keys: ['Home'],
    run: (page) => chooseClass(page, shownClasses(page)[0]),
  },
  {
    id: 'class-last',
    group: 'Classes',
    title: 'Last class',
    keys: ['End'],
    run: (page) => chooseClass(page, shownClasses(page).at(-1)),
  },
  {
    id: 'class-search',
    group: 'Classes',
    title: 'Search the classes',
    keys: ['/'],
    run: () => document.getElementById('class-search')?.focus(),
  },
];

const view: Action[] = [
  {
    id: 'zoom-in',
    group: 'View',
    title: 'Zoom in',
    keys: ['=', '+'],
    enabled: open,
    run: (page) => zoomCentre(page, zoomStep),
  },
  {
    id: 'zoom-out',
    group: 'View',
    title: 'Zoom out',
    keys: ['-'],
    enabled: open,
    run: (page) => zoomCentre(page, 1 / zoomStep),
  },
  { id: 'fit', group: 'View', title: 'Fit the image', keys: ['0', 'f'], enabled: open, run: fitPicture },
  {
    id: 'actual-size',
    group: 'View',
    title: 'Actual size',
    keys: ['o'],
    enabled: open,
    run: (page) => zoomTo(page, 1),
  },
  {
    id: 'pan-left',
    group: 'View',
    title: 'Move the view left',
    keys: ['Shift+ArrowLeft'],
    enabled: open,
    run: (page) => panBy(page, panStep, 0),
  },
  {
    id: 'pan-right',
    group: 'View',
    title: 'Move the view right',
    keys: ['Shift+ArrowRight'],
    enabled: open,
    run: (page) => panBy(page, -panStep, 0),
  },
  {
    id: 'pan-up',
    group: 'View',
    title: 'Move the view up',
    keys: ['Shift+ArrowUp'],
    enabled: open,
    run: (page) => panBy(page, 0, panStep),
  },
  {
    id: 'pan-down',
    group: 'View',
    title: 'Move the view down',
    keys: ['Shift+ArrowDown'],
    enabled: open,
    run: (page) => panBy(page, 0, -panStep),
  },
  {
    id: 'masks',
    group: 'View',
    title: 'Show masks',
    keys: ['m'],
    active: (s) => s.layers.masks,
    run: (page) => toggleLayer(page, 'masks'),
  },
  {
    id: 'boxes',
    group: 'View',
    title: 'Show boxes',
    keys: ['b'],
    active: (s) => s.layers.boxes,
    run: (page) => toggleLayer(page, 'boxes'),
  },
  {
    id: 'labels',
    group: 'View',
    title: 'Show labels',
    keys: ['l'],
    active: (s) => s.layers.labels,
    run: (page) => toggleLayer(page, 'labels'),
  },
  {
    id: 'points',
    group: 'View',
    title: 'Show points',
    keys: ['t'],
    active: (s) => s.layers.points,
    run: (page) => toggleLayer(page, 'points'),
  },
  {
    id: 'fainter',
    group: 'View',
    title: 'Fainter masks',
    keys: ['['],
    run: (page) => setOpacity(page, page.store.get().opacity - opacityStep),
  },
  {
    id: 'stronger',
    group: 'View',
    title: 'Stronger masks',
    keys: [']'],
    run: (page) => setOpacity(page, page.store.get().opacity + opacityStep),
  },
  {
    id: 'panels',
    group: 'View',
    title: 'Show the side panels',
    keys: ['v'],
    active: (s) => s.panels,
    run: ({ store }) => store.set({ panels: !store.get().panels }),
  },
];

const program: Action[] = [
  {
    id: 'export',
    group: 'Program',
    title: 'Export (not in this version yet)',
    keys: ['e'],
    swallows: ['c', 'y', 'p'],
    run: (page) => tell(page, 'info', 'note', 'Exports are not in this version yet'),
  },
  {
    id: 'review',
    group: 'Program',
    title: 'Review (not in this version yet)',
    keys: ['r'],
    swallows: ['Escape'],
    run: (page) => tell(page, 'info', 'note', 'The review panel is not in this version yet'),
  },
  { id: 'memory', group: 'Program', title: 'Show memory', keys: ['i'], run: (page) => void openMemory(page) },
  { id: 'help', group: 'Program', title: 'Show all keys', keys: ['?', 'F1'], run: (page) => show(page, 'help') },
  { id: 'quit', group: 'Program', title: 'Quit', keys: ['q'], run: (page) => show(page, 'quit') },
];

export const actions: readonly Action[] = [...images, ...prompt, ...annotations, ...classes, ...view, ...program];

const byId = new Map(actions.map((action) => [action.id, action]));

export function actionOf(id: string): Action {
  const action = byId.get(id);
  if (action === undefined) throw new Error(`no action ${id}`);
  return action;
}
