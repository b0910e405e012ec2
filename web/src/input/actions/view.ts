// How the image is shown.

import { fitPicture, panBy, setOpacity, toggleLayer, zoomCentre, zoomTo } from '../../state/viewing';
import type { Action } from '../action';
import { open } from './conditions';

const zoomStep = 1.25;
const opacityStep = 0.1;
const panStep = 80; // CSS pixels

export const view: readonly Action[] = [
  {
    id: 'zoom-in',
    group: 'View',
    title: 'Zoom in',
    keys: ['=', '+'],
    also: ['viewer'],
    enabled: open,
    run: (page) => zoomCentre(page, zoomStep),
  },
  {
    id: 'zoom-out',
    group: 'View',
    title: 'Zoom out',
    keys: ['-'],
    also: ['viewer'],
    enabled: open,
    run: (page) => zoomCentre(page, 1 / zoomStep),
  },
  { id: 'fit', group: 'View', title: 'Fit the image', keys: ['0', 'f'], also: ['viewer'], enabled: open, run: fitPicture },
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
    also: ['viewer'],
    enabled: open,
    run: (page) => panBy(page, panStep, 0),
  },
  {
    id: 'pan-right',
    group: 'View',
    title: 'Move the view right',
    keys: ['Shift+ArrowRight'],
    also: ['viewer'],
    enabled: open,
    run: (page) => panBy(page, -panStep, 0),
  },
  {
    id: 'pan-up',
    group: 'View',
    title: 'Move the view up',
    keys: ['Shift+ArrowUp'],
    also: ['viewer'],
    enabled: open,
    run: (page) => panBy(page, 0, panStep),
  },
  {
    id: 'pan-down',
    group: 'View',
    title: 'Move the view down',
    keys: ['Shift+ArrowDown'],
    also: ['viewer'],
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
    also: ['viewer'],
    run: (page) => setOpacity(page, page.store.get().opacity - opacityStep),
  },
  {
    id: 'stronger',
    group: 'View',
    title: 'Stronger masks',
    keys: [']'],
    also: ['viewer'],
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
