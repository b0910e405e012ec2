// The program and its dialogs.

import { openMemory } from '../../state/project/memory';
import { openSettings } from '../../state/settings';
import { text } from '../../text/en';
import type { Action } from '../action';
import { focusRegion } from '../regions';
import { show } from './conditions';

const named = text.keys.program;

export const program: readonly Action[] = [
  {
    id: 'memory',
    group: 'Program',
    title: named.memory,
    keys: ['i'],
    also: ['viewer'],
    run: (page) => void openMemory(page),
  },
  {
    id: 'settings',
    group: 'Program',
    title: named.settings,
    keys: ['Mod+,'],
    also: ['viewer', 'review'],
    run: (page) => void openSettings(page),
  },
  {
    id: 'help',
    group: 'Program',
    title: named.help,
    keys: ['?'],
    also: ['viewer', 'review'],
    run: (page) => show(page, 'help'),
  },
  {
    id: 'next-region',
    group: 'Program',
    title: named.nextRegion,
    keys: ['F6'],
    also: ['viewer', 'review'],
    run: () => focusRegion(1),
  },
  {
    id: 'previous-region',
    group: 'Program',
    title: named.previousRegion,
    keys: ['Shift+F6'],
    also: ['viewer', 'review'],
    run: () => focusRegion(-1),
  },
  { id: 'quit', group: 'Program', title: named.quit, keys: ['q'], run: (page) => show(page, 'quit') },
];
