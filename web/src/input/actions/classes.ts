// The chosen class.

import { chooseClass, chooseNumbered, chosenIsPinned, moveClass, shownClasses, togglePin } from '../../state/project/classes';
import { text } from '../../text/en';
import { chooseCandidate } from '../../state/prompting/prompting';
import type { Action } from '../action';
import { show } from './conditions';

const pageOfClasses = 10;

export const classes: readonly Action[] = [
  {
    id: 'class-number',
    group: 'Classes',
    title: text.actions['class-number'],
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    fixed: true,
    run: (page, key) => void (chooseCandidate(page, Number(key) - 1) || chooseNumbered(page, Number(key))),
  },
  { id: 'class-down', group: 'Classes', title: text.actions['class-down'], keys: ['ArrowDown'], run: (page) => moveClass(page, 1) },
  { id: 'class-up', group: 'Classes', title: text.actions['class-up'], keys: ['ArrowUp'], run: (page) => moveClass(page, -1) },
  {
    id: 'class-page-down',
    group: 'Classes',
    title: text.actions['class-page-down'],
    keys: ['PageDown'],
    run: (page) => moveClass(page, pageOfClasses),
  },
  {
    id: 'class-page-up',
    group: 'Classes',
    title: text.actions['class-page-up'],
    keys: ['PageUp'],
    run: (page) => moveClass(page, -pageOfClasses),
  },
  {
    id: 'class-first',
    group: 'Classes',
    title: text.actions['class-first'],
    keys: ['Home'],
    run: (page) => chooseClass(page, shownClasses(page)[0]),
  },
  {
    id: 'class-last',
    group: 'Classes',
    title: text.actions['class-last'],
    keys: ['End'],
    run: (page) => chooseClass(page, shownClasses(page).at(-1)),
  },
  {
    id: 'class-pin',
    group: 'Classes',
    title: text.classes.pin,
    keys: ['*'],
    enabled: (s) => s.classId !== null,
    active: chosenIsPinned,
    run: togglePin,
  },
  {
    id: 'edit-classes',
    group: 'Classes',
    title: text.classes.edit,
    keys: ['Shift+c'],
    run: (page) => show(page, 'classes'),
  },
  {
    id: 'class-search',
    group: 'Classes',
    title: text.actions['class-search'],
    keys: ['/'],
    run: () => document.getElementById('class-search')?.focus(),
  },
];
