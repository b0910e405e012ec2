// The chosen class.

import { chooseClass, chooseNumbered, chosenIsPinned, moveClass, shownClasses, togglePin } from '../../state/classes';
import { text } from '../../text/en';
import { chooseCandidate } from '../../state/prompting';
import type { Action } from '../action';
import { show } from './conditions';

const pageOfClasses = 10;

export const classes: readonly Action[] = [
  {
    id: 'class-number',
    group: 'Classes',
    title: 'Choose a class by its number in the list; a candidate mask while there are several',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    fixed: true,
    run: (page, key) => void (chooseCandidate(page, Number(key) - 1) || chooseNumbered(page, Number(key))),
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
    title: 'Search the classes',
    keys: ['/'],
    run: () => document.getElementById('class-search')?.focus(),
  },
];
