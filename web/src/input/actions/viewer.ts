// The viewer: the original's visualiser, with its keys. They act only in it.

import { text } from '../../text/en';
import { chooseWorkView, closeViewer, openViewer, saveView, toggleFaulty, toggleIds } from '../../state/view/views';
import type { ViewerView, WorkView } from '../../state/view/views-state';
import type { Action } from '../action';
import { open } from './conditions';

const named = text.keys.viewer;

function show(view: ViewerView, key: string): Action {
  return {
    id: `view-${view.replaceAll('_', '-')}`,
    group: 'Viewer',
    title: text.frame.viewerViews[view],
    keys: [key],
    place: 'viewer',
    active: (s) => s.views.viewer?.view === view,
    run: (page) => openViewer(page, view),
  };
}

function work(workView: WorkView, key: string): Action {
  return {
    id: `work-${workView.replaceAll('_', '-')}`,
    group: 'View',
    title: text.frame.workViews[workView],
    keys: [key],
    also: ['viewer'],
    active: (s) => s.views.viewer === null && s.views.work === workView,
    run: (page) => chooseWorkView(page, workView),
  };
}

export const viewer: readonly Action[] = [
  work('masks', 'F1'),
  work('side_by_side', 'F2'),
  work('bare', 'F3'),
  {
    id: 'viewer',
    group: 'View',
    title: named.open,
    keys: ['F4'],
    enabled: open,
    active: (s) => s.views.viewer !== null,
    run: (page) => openViewer(page),
  },
  show('overlay', 'o'),
  show('masked', 'm'),
  show('side_by_side', 'b'),
  show('contours', 'c'),
  {
    id: 'view-ids',
    group: 'Viewer',
    title: named.ids,
    keys: ['i'],
    place: 'viewer',
    active: (s) => s.views.viewer?.ids === true,
    run: toggleIds,
  },
  {
    id: 'view-faulty',
    group: 'Viewer',
    title: named.faulty,
    keys: ['f'],
    place: 'viewer',
    enabled: open,
    active: (s) => s.picture?.faulty === true,
    run: toggleFaulty,
  },
  {
    id: 'view-save',
    group: 'Viewer',
    title: named.save,
    keys: ['s', 'Mod+s'],
    place: 'viewer',
    enabled: (s) => s.picture !== null && s.views.viewer?.saving !== true,
    run: (page) => void saveView(page),
  },
  {
    id: 'view-help',
    group: 'Viewer',
    title: named.help,
    keys: ['h'],
    place: 'viewer',
    run: ({ store }) => store.set({ dialog: { kind: 'help' } }),
  },
  { id: 'view-close', group: 'Viewer', title: named.close, keys: ['q', 'Escape'], place: 'viewer', run: closeViewer },
];
