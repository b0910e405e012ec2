// Points and boxes without a pointer: keys that act while the cross is on the picture. The others act as ever.

import { callCross, canCross, leaveCross, moveCross, setAtCross, type Step } from '../../state/prompting/cross';
import type { Page } from '../../state/page';
import { text } from '../../text/en';
import { placeOf, type Action } from '../action';
import { focusPicture } from '../regions';

const words = text.keys.cross;

const ways: readonly (readonly [key: string, right: number, down: number])[] = [
  ['ArrowLeft', -1, 0],
  ['ArrowRight', 1, 0],
  ['ArrowUp', 0, -1],
  ['ArrowDown', 0, 1],
];
const steps: Readonly<Record<Step, string>> = { small: '', large: 'Shift+', pixel: 'Alt+' };

function moves(step: Step): Action {
  const prefix = steps[step];
  return {
    id: `cross-move-${step}`,
    group: 'Cross',
    place: 'cross',
    title: words.move[step],
    keys: ways.map(([key]) => prefix + key),
    fixed: true,
    run: (page, key) => {
      const way = ways.find(([name]) => prefix + name === key);
      if (way !== undefined) moveCross(page, way[1], way[2], step);
    },
  };
}

export const cross: readonly Action[] = [
  {
    id: 'cross',
    group: 'Cross',
    title: words.call,
    keys: ['Mod+Enter'],
    enabled: canCross,
    run: (page: Page) => {
      callCross(page);
      focusPicture();
    },
  },
  ...(['small', 'large', 'pixel'] as const).map(moves),
  { id: 'cross-set', group: 'Cross', place: 'cross', title: words.set, keys: ['Enter'], run: (page) => setAtCross(page, true) },
  { id: 'cross-not', group: 'Cross', place: 'cross', title: words.not, keys: ['Shift+Enter'], run: (page) => setAtCross(page, false) },
  { id: 'cross-away', group: 'Cross', place: 'cross', title: words.away, keys: ['Escape'], run: leaveCross },
];

// What else can be done at work can be done while the cross is there.
export function besideCross(action: Action): Action {
  return placeOf(action) === 'main' ? { ...action, also: [...(action.also ?? []), 'cross'] } : action;
}
