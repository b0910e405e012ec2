// Which image is on screen.

import { filterMenuId } from '../../model/filter';
import { setLayout } from '../../state/images/image-list';
import { go, goToNew } from '../../state/images/navigation';
import { text } from '../../text/en';
import type { Action } from '../action';
import { show } from './conditions';

export const images: readonly Action[] = [
  { id: 'next', group: 'Images', title: text.actions.next, keys: ['n', 'ArrowRight'], also: ['viewer'], run: (page) => go(page, 1) },
  { id: 'previous', group: 'Images', title: text.actions.previous, keys: ['p', 'ArrowLeft'], also: ['viewer'], run: (page) => go(page, -1) },
  {
    id: 'next-new',
    group: 'Images',
    title: text.actions['next-new'],
    keys: ['Shift+n', 'Mod+ArrowRight'],
    run: (page) => goToNew(page, 1),
  },
  {
    id: 'previous-new',
    group: 'Images',
    title: text.actions['previous-new'],
    keys: ['Shift+p', 'Mod+ArrowLeft'],
    run: (page) => goToNew(page, -1),
  },
  {
    id: 'filter',
    group: 'Images',
    title: text.actions.filter,
    keys: ['Shift+f', 'Mod+f'],
    enabled: (s) => s.panels,
    run: () => {
      document.getElementById(filterMenuId)?.togglePopover(true);
      document.getElementById('filter-name')?.focus(); // also where the menu was open already
    },
  },
  {
    id: 'image-layout',
    group: 'Images',
    title: text.actions['image-layout'],
    keys: ['Shift+i'],
    active: (s) => s.images.layout === 'grid',
    run: (page) => setLayout(page, page.store.get().images.layout === 'grid' ? 'list' : 'grid'),
  },
  {
    id: 'jump',
    group: 'Images',
    title: text.actions.jump,
    keys: ['j'],
    also: ['viewer'],
    run: (page) => show(page, 'jump'),
  },
  {
    id: 'auto-advance',
    group: 'Images',
    title: text.actions['auto-advance'],
    keys: ['u'],
    active: (s) => s.autoAdvance,
    run: ({ store }) => store.set({ autoAdvance: !store.get().autoAdvance }),
  },
];
