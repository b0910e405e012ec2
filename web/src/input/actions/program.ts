// The program and its dialogs.

import { openMemory } from '../../state/memory';
import { tell } from '../../state/messages';
import type { Action } from '../action';
import { show } from './conditions';

export const program: readonly Action[] = [
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
