// Which image is on screen.

import { go } from '../../state/navigation';
import type { Action } from '../action';
import { show } from './conditions';

export const images: readonly Action[] = [
  { id: 'next', group: 'Images', title: 'Next image', keys: ['n', 'ArrowRight'], also: ['viewer'], run: (page) => go(page, 1) },
  { id: 'previous', group: 'Images', title: 'Previous image', keys: ['p', 'ArrowLeft'], also: ['viewer'], run: (page) => go(page, -1) },
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
