// How the image is shown.

import { fitPicture, panBy, setOpacity, toggleLayer, zoomCentre, zoomTo } from '../../state/view/viewing';
import { text } from '../../text/en';
import type { Action } from '../action';
import { open } from './conditions';

const zoomStep = 1.25;
const opacityStep = 0.1;
const panStep = 80; // CSS pixels

export const view: readonly Action[] = [
  {
    id: 'zoom-in',
    group: 'View',
    title: text.actions['zoom-in'],
    keys: ['=', '+'],
    also: ['viewer'],
    enabled: open,
    run: (page) => zoomCentre(page, zoomStep),
  },
  {
    id: 'zoom-out',
    group: 'View',
    title: text.actions['zoom-out'],
    keys: ['-'],
    also: ['viewer'],
    enabled: open,
    run: (page) => zoomCentre(page, 1 / zoomStep),
  },
  { id: 'fit', group: 'View', title: text.actions.fit, keys: ['0', 'f'], also: ['viewer'], enabled: open, run: fitPicture },
  {
    id: 'actual-size',
    group: 'View',
    title: text.actions['actual-size'],
    keys: ['o'],
    enabled: open,
    run: (page) => zoomTo(page, 1),
  },
  {
    id: 'pan-left',
    group: 'View',
    title: text.actions['pan-left'],
    keys: ['Shift+ArrowLeft'],
    also: ['viewer'],
    enabled: open,
    run: (page) => panBy(page, panStep, 0),
  },
  {
    id: 'pan-right',
    group: 'View',
    title: text.actions['pan-right'],
    keys: ['Shift+ArrowRight'],
    also: ['viewer'],
    enabled: open,
    run: (page) => panBy(page, -panStep, 0),
  },
  {
    id: 'pan-up',
    group: 'View',
    title: text.actions['pan-up'],
    keys: ['Shift+ArrowUp'],
    also: ['viewer'],
    enabled: open,
    run: (page) => panBy(page, 0, panStep),
  },
  {
    id: 'pan-down',
    group: 'View',
    title: text.actions['pan-down'],
    keys: ['Shift+ArrowDown'],
    also: ['viewer'],
    enabled: open,
    run: (page) => panBy(page, 0, -panStep),
  },
  {
    id: 'masks',
    group: 'View',
    title: text.actions.masks,
    keys: ['m'],
    active: (s) => s.layers.masks,
    run: (page) => toggleLayer(page, 'masks'),
  },
  {
    id: 'boxes',
    group: 'View',
    title: text.actions.boxes,
    keys: ['b'],
    active: (s) => s.layers.boxes,
    run: (page) => toggleLayer(page, 'boxes'),
  },
  {
    id: 'labels',
    group: 'View',
    title: text.actions.labels,
    keys: ['l'],
    active: (s) => s.layers.labels,
    run: (page) => toggleLayer(page, 'labels'),
  },
  {
    id: 'points',
    group: 'View',
    title: text.actions.points,
    keys: ['t'],
    active: (s) => s.layers.points,
    run: (page) => toggleLayer(page, 'points'),
  },
  {
    id: 'fainter',
    group: 'View',
    title: text.actions.fainter,
    keys: ['['],
    also: ['viewer'],
    run: (page) => setOpacity(page, page.store.get().opacity - opacityStep),
  },
  {
    id: 'stronger',
    group: 'View',
    title: text.actions.stronger,
    keys: [']'],
    also: ['viewer'],
    run: (page) => setOpacity(page, page.store.get().opacity + opacityStep),
  },
  {
    id: 'panels',
    group: 'View',
    title: text.actions.panels,
    keys: ['v'],
    active: (s) => s.panels,
    run: ({ store }) => store.set({ panels: !store.get().panels }),
  },
];
