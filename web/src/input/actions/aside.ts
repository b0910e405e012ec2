// Annotations put out of the way in this window.

import type { Page } from '../../state/page';
import type { PageState } from '../../state/page-state';
import { isHidden, isLocked, toggleAside } from '../../state/editing/put-aside';
import { text } from '../../text/en';
import type { Action } from '../action';
import { hasSelection } from './conditions';

const all = (is: typeof isHidden) => (s: PageState) => hasSelection(s) && [...s.selection].every((id) => is(s, id));
const toggle = (how: 'hidden' | 'locked') => (page: Page) => toggleAside(page, how, [...page.store.get().selection]);

export const aside: readonly Action[] = [
  {
    id: 'hide-objects',
    group: 'Annotations',
    title: text.review.hideTitleOf,
    keys: ['Shift+h'],
    enabled: hasSelection,
    active: all(isHidden),
    run: toggle('hidden'),
  },
  {
    id: 'lock-objects',
    group: 'Annotations',
    title: text.review.lockTitleOf,
    keys: ['Shift+l'],
    enabled: hasSelection,
    active: all(isLocked),
    run: toggle('locked'),
  },
];
