// A walk through annotations: keys that act only while it is open. They go back to the tools while an object is fixed or
// a prompt is unfinished.

import type { PageState } from '../../state/page-state';
import {
  accept,
  acceptRest,
  askNote,
  canTakeBack,
  endWalk,
  fix,
  reject,
  setBare,
  step,
  takeBack,
  walkOf,
} from '../../state/review/walking';
import { text } from '../../text/en';
import type { Action } from '../action';
import { show } from './conditions';

const words = text.review;

const looksAt = (s: PageState) => walkOf(s)?.at != null;

export const walkActions: readonly Action[] = [
  {
    id: 'walk-accept',
    group: 'Review',
    place: 'review',
    title: words.acceptTitle,
    keys: ['Enter', 'a'],
    run: (page) => void accept(page),
  },
  {
    id: 'walk-reject',
    group: 'Review',
    place: 'review',
    title: words.rejectTitle,
    keys: ['x'],
    enabled: looksAt,
    run: (page) => void reject(page),
  },
  { id: 'walk-fix', group: 'Review',
    place: 'review', title: words.fixTitle, keys: ['f'], enabled: looksAt, run: fix },
  { id: 'walk-note', group: 'Review',
    place: 'review', title: words.noteTitle, keys: ['c'], enabled: looksAt, run: askNote },
  {
    id: 'walk-next',
    group: 'Review',
    place: 'review',
    title: words.nextTitle,
    keys: ['ArrowRight', 'n'],
    run: (page) => step(page, 1),
  },
  {
    id: 'walk-previous',
    group: 'Review',
    place: 'review',
    title: words.previousTitle,
    keys: ['ArrowLeft', 'p'],
    run: (page) => step(page, -1),
  },
  {
    id: 'walk-undo',
    group: 'Review',
    place: 'review',
    title: words.undoTitle,
    keys: ['z', 'Mod+z'],
    enabled: (s) => canTakeBack(s),
    run: (page) => void takeBack(page),
  },
  {
    id: 'walk-rest',
    group: 'Review',
    place: 'review',
    title: words.restTitle,
    keys: ['Shift+Enter'],
    enabled: (s) => walkOf(s)?.kind !== 'mend',
    run: (page) => void acceptRest(page),
  },
  {
    id: 'walk-above',
    group: 'Review',
    place: 'review',
    title: words.aboveTitle,
    keys: ['k'],
    enabled: (s) => walkOf(s)?.kind === 'proposals',
    run: (page) => show(page, 'proposals-above'),
  },
  {
    id: 'walk-hide',
    group: 'Review',
    place: 'review',
    title: words.hideTitle,
    keys: ['h'],
    active: (s) => walkOf(s)?.bare === true,
    run: (page) => setBare(page, true),
    release: (page) => setBare(page, false),
  },
  { id: 'walk-close', group: 'Review',
    place: 'review', title: words.closeTitle, keys: ['Escape'], run: endWalk },
];

// What acts during a walk as before: the view, the classes, what is selected, and whatever opens a dialog.
const alsoThen = new Set([
  ...['undo', 'redo', 'delete', 'relabel', 'save', 'hide-objects', 'lock-objects'],
  ...['class-number', 'class-down', 'class-up', 'class-page-down', 'class-page-up', 'class-first', 'class-last', 'class-search'],
  ...['zoom-in', 'zoom-out', 'fit', 'actual-size', 'pan-left', 'pan-right', 'pan-up', 'pan-down'],
  ...['masks', 'boxes', 'labels', 'points', 'fainter', 'stronger', 'panels', 'mode', 'jump'],
  ...['review', 'proposals', 'mend', 'mark-reviewed', 'mark-faulty', 'memory', 'quit'],
]);

export function whileWalking(action: Action): Action {
  return alsoThen.has(action.id) ? { ...action, also: [...(action.also ?? []), 'review'] } : action;
}
