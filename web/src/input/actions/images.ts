// Which image is on screen.

import { filterMenuId } from '../../model/filter';
import { setLayout } from '../../state/image-list';
import { go, goToNew } from '../../state/navigation';
import type { Action } from '../action';
import { show } from './conditions';

export const images: readonly Action[] = [
  { id: 'next', group: 'Images', title: 'Next image', keys: ['n', 'ArrowRight'], also: ['viewer'], run: (page) => go(page, 1) },
  { id: 'previous', group: 'Images', title: 'Previous image', keys: ['p', 'ArrowLeft'], also: ['viewer'], run: (page) => go(page, -1) },
  {
    id: 'next-new',
    group: 'Images',
    title: 'Next image without labels',
    keys: ['Shift+n', 'Mod+ArrowRight'],
    run: (page) => goToNew(page, 1),
  },
  {
    id: 'previous-new',
    group: 'Images',
    title: 'Previous image without labels',
    keys: ['Shift+p', 'Mod+ArrowLeft'],
    run: (page) => goToNew(page, -1),
  },
  {
    id: 'filter',
    group: 'Images',
    title: 'Choose which images are listed',
    keys: ['Shift+f', 'Mod+f'],
    enabled: (s) => s.panels,
    run: () => document.getElementById(filterMenuId)?.showPopover(),
  },
  {
    id: 'image-layout',
    group: 'Images',
    title: 'List the images as rows or as small pictures',
    keys: ['Shift+i'],
    active: (s) => s.images.layout === 'grid',
    run: (page) => setLayout(page, page.store.get().images.layout === 'grid' ? 'list' : 'grid'),
  },
  {
    id: 'jump',
    group: 'Images',
    title: 'Jump to an image by number or name',
    keys: ['j'],
    also: ['viewer'],
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
