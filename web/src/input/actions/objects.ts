// Changes of objects by hand: the tools, and what is done with the selected ones.

import { nudgeVertices, chooseNextVertex, deleteChosenVertices } from '../../tools/vertices';
import { switchTool } from '../../state/editing/choosing-tools';
import { ask, duplicateToNext, fillHoles, mergeSelected, orderSelected, subtractOthers } from '../../state/editing/objects';
import { changeBrush, startNewObject } from '../../state/editing/painting';
import type { PageState } from '../../state/page-state';
import { editedId } from '../../state/editing/reshaping';
import { selectAll } from '../../state/editing/selecting';
import { text } from '../../text/en';
import type { Action } from '../action';
import { hasSelection, open } from './conditions';

const titles = text.editing.actions;
const several = (s: PageState) => s.selection.size > 1;
const brushing = (s: PageState) => s.mode === 'brush' || s.mode === 'eraser';
const onVertices = (s: PageState) => s.mode === 'vertices' && editedId(s) !== null;
const hasVertices = (s: PageState) => onVertices(s) && s.tools.places.size > 0;
const nudgePx = 1; // of the screen

function nudge(x: number, y: number): Action['run'] {
  return (page) => {
    const { scale } = page.store.get().viewport;
    nudgeVertices(page, { x: (x * nudgePx) / scale, y: (y * nudgePx) / scale });
  };
}

const group = 'Annotations';

export const objects: readonly Action[] = [
  {
    id: 'vertices',
    group,
    title: titles.vertices,
    keys: ['Shift+e'],
    enabled: open,
    active: (s) => s.mode === 'vertices',
    run: (page) => switchTool(page, 'vertices'),
  },
  {
    id: 'brush',
    group,
    title: titles.brush,
    keys: ['Shift+b'],
    enabled: open,
    active: (s) => s.mode === 'brush',
    run: (page) => switchTool(page, 'brush'),
  },
  {
    id: 'eraser',
    group,
    title: titles.eraser,
    keys: ['Shift+x'],
    enabled: open,
    active: (s) => s.mode === 'eraser',
    run: (page) => switchTool(page, 'eraser'),
  },
  {
    id: 'brush-smaller',
    group,
    title: titles.smaller,
    keys: ['{'],
    enabled: brushing,
    run: (page) => changeBrush(page, false),
  },
  {
    id: 'brush-larger',
    group,
    title: titles.larger,
    keys: ['}'],
    enabled: brushing,
    run: (page) => changeBrush(page, true),
  },
  {
    id: 'new-object',
    group,
    title: titles.newObject,
    keys: ['Shift+a'],
    enabled: (s) => brushing(s) && (hasSelection(s) || s.tools.strokes.length > 0),
    run: startNewObject,
  },
  {
    id: 'vertex-delete',
    group,
    title: titles.vertexDelete,
    keys: ['Shift+Delete'],
    enabled: hasVertices,
    run: deleteChosenVertices,
  },
  {
    id: 'vertex-next',
    group,
    title: titles.vertexNext,
    keys: ['>'],
    enabled: onVertices,
    run: (page) => chooseNextVertex(page, 1),
  },
  {
    id: 'vertex-previous',
    group,
    title: titles.vertexPrevious,
    keys: ['<'],
    enabled: onVertices,
    run: (page) => chooseNextVertex(page, -1),
  },
  {
    id: 'vertex-left',
    group,
    title: titles.vertexLeft,
    keys: ['Alt+ArrowLeft'],
    enabled: hasVertices,
    run: nudge(-1, 0),
  },
  {
    id: 'vertex-right',
    group,
    title: titles.vertexRight,
    keys: ['Alt+ArrowRight'],
    enabled: hasVertices,
    run: nudge(1, 0),
  },
  { id: 'vertex-up', group, title: titles.vertexUp, keys: ['Alt+ArrowUp'], enabled: hasVertices, run: nudge(0, -1) },
  {
    id: 'vertex-down',
    group,
    title: titles.vertexDown,
    keys: ['Alt+ArrowDown'],
    enabled: hasVertices,
    run: nudge(0, 1),
  },
  {
    id: 'select-all',
    group,
    title: titles.selectAll,
    keys: ['Mod+Shift+a'],
    enabled: (s) => (s.picture?.annotations.length ?? 0) > 0,
    run: selectAll,
  },
  {
    id: 'merge',
    group,
    title: titles.merge,
    keys: ['Shift+m'],
    enabled: several,
    run: (page) => void mergeSelected(page),
  },
  {
    id: 'subtract',
    group,
    title: titles.subtract,
    keys: ['Shift+t'],
    enabled: several,
    run: (page) => void subtractOthers(page),
  },
  {
    id: 'fill-holes',
    group,
    title: titles.fillHoles,
    keys: ['Shift+o'],
    enabled: hasSelection,
    run: (page) => void fillHoles(page),
  },
  {
    id: 'drop-specks',
    group,
    title: titles.dropSpecks,
    keys: ['Shift+k'],
    enabled: hasSelection,
    active: (s) => s.tools.asking?.what === 'specks',
    run: (page) => ask(page, 'specks'),
  },
  {
    id: 'simplify',
    group,
    title: titles.simplify,
    keys: ['Shift+v'],
    enabled: hasSelection,
    active: (s) => s.tools.asking?.what === 'simplify',
    run: (page) => ask(page, 'simplify'),
  },
  { id: 'copy-next', group, title: titles.copyNext, keys: ['Shift+d'], enabled: hasSelection, run: duplicateToNext },
  {
    id: 'to-front',
    group,
    title: titles.toFront,
    keys: ['Shift+Home'],
    enabled: hasSelection,
    run: (page) => void orderSelected(page, 'front'),
  },
  {
    id: 'forward',
    group,
    title: titles.forward,
    keys: ['Shift+PageUp'],
    enabled: hasSelection,
    run: (page) => void orderSelected(page, 'forward'),
  },
  {
    id: 'backward',
    group,
    title: titles.backward,
    keys: ['Shift+PageDown'],
    enabled: hasSelection,
    run: (page) => void orderSelected(page, 'backward'),
  },
  {
    id: 'to-back',
    group,
    title: titles.toBack,
    keys: ['Shift+End'],
    enabled: hasSelection,
    run: (page) => void orderSelected(page, 'back'),
  },
];
