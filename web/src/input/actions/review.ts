// Walks through annotations, and what is said of a whole image.

import { toggleFaulty, toggleReviewed } from '../../state/images/marks';
import { openStatistics } from '../../state/project/statistics';
import { startWalk, walkOf } from '../../state/review/walking';
import { text } from '../../text/en';
import type { Action } from '../action';
import { open, show } from './conditions';

const words = text.review;

export const review: readonly Action[] = [
  {
    id: 'review',
    group: 'Review',
    title: words.reviewTitle,
    keys: ['r'],
    enabled: open,
    active: (s) => walkOf(s)?.kind === 'review',
    run: (page) => startWalk(page, 'review'),
  },
  {
    id: 'proposals',
    group: 'Review',
    title: words.proposalsTitle,
    keys: ['Shift+w'],
    enabled: open,
    active: (s) => walkOf(s)?.kind === 'proposals',
    run: (page) => startWalk(page, 'proposals'),
  },
  {
    id: 'mend',
    group: 'Review',
    title: words.mendTitle,
    keys: ['Shift+r'],
    run: (page) => show(page, 'mend'),
  },
  {
    id: 'statistics',
    group: 'Program',
    title: text.statistics.openTitle,
    keys: ['Shift+s'],
    run: openStatistics,
  },
  {
    id: 'mark-reviewed',
    group: 'Review',
    title: words.reviewedTitle,
    keys: ['Shift+Enter'],
    enabled: open,
    active: (s) => s.picture?.reviewed === true,
    run: toggleReviewed,
  },
  {
    id: 'mark-faulty',
    group: 'Review',
    title: words.faultyTitle,
    keys: ['!'],
    enabled: open,
    active: (s) => s.picture?.faulty === true,
    run: toggleFaulty,
  },
];
