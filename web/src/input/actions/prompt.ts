// Making a mask.

import { leaveTool, switchPrompting } from '../../state/editing/choosing-tools';
import { accept, canAccept } from '../../state/prompting/accepting';
import {
  closeEverything,
  isRunning,
  markNextSegment,
  offersSegments,
  searches,
  startEverything,
} from '../../state/prompting/everything';
import { isHovering, toggleHovering } from '../../state/prompting/hovering';
import type { Page } from '../../state/page';
import type { PageState } from '../../state/page-state';
import {
  clearPrompt,
  cycleCandidate,
  cycleOverlap,
  hasPrompt,
  repromptSelected,
  setMaskOptions,
} from '../../state/prompting/prompting';
import { select, selectNext } from '../../state/editing/selecting';
import { isPrompting } from '../../state/editing/tools-state';
import { isFixing, stopFixing } from '../../state/review/walking';
import { text } from '../../text/en';
import type { Action } from '../action';
import { hasSelection } from './conditions';

// How many a model gives is known once it is loaded.
const mayHaveCandidates = ({ project }: PageState) =>
  project !== null && (project.predictor.max_candidates > 1 || ['unloaded', 'loading'].includes(project.predictor.model.state));

function escape(page: Page): void {
  if (hasPrompt(page.store.get())) clearPrompt(page);
  else if (searches(page.store.get())) closeEverything(page);
  else if (leaveTool(page)) return;
  else if (isFixing(page.store.get())) stopFixing(page);
  else select(page, null, false);
}

const needsModel = (s: PageState) => s.project?.predictor.use === 'grabcut';

function everything(page: Page): void {
  if (!isPrompting(page.store.get().mode)) switchPrompting(page);
  void startEverything(page);
}

function cycle(page: Page, step: 1 | -1): void {
  if (offersSegments(page.store.get())) markNextSegment(page, step);
  else if (page.store.get().candidates.length > 1) cycleCandidate(page, step);
  else selectNext(page, step);
}

const hasNext = (s: PageState) =>
  s.candidates.length > 1 || offersSegments(s) || (s.picture?.annotations.length ?? 0) > 0;

export const prompt: readonly Action[] = [
  {
    id: 'mode',
    group: 'Prompt',
    title: text.actions.mode,
    keys: ['w'],
    run: switchPrompting,
  },
  {
    id: 'add',
    group: 'Prompt',
    title: text.actions.add,
    keys: ['Enter', 'a'],
    enabled: canAccept,
    run: accept,
  },
  {
    id: 'clear-prompt',
    group: 'Prompt',
    title: text.actions['clear-prompt'],
    keys: ['Escape', 'x'],
    enabled: (s) => hasPrompt(s) || hasSelection(s) || searches(s) || !isPrompting(s.mode) || isFixing(s),
    run: escape,
  },
  {
    id: 'candidates',
    group: 'Prompt',
    title: text.actions.candidates,
    keys: ['k'],
    enabled: mayHaveCandidates,
    active: (s) => s.multimask,
    run: (page) => setMaskOptions(page, { multimask: !page.store.get().multimask }),
  },
  {
    id: 'refine-edges',
    group: 'Prompt',
    title: text.actions['refine-edges'],
    keys: ['d'],
    active: (s) => s.refineEdges,
    run: (page) => setMaskOptions(page, { refineEdges: !page.store.get().refineEdges }),
  },
  {
    id: 'hover',
    group: 'Prompt',
    title: text.actions.hover,
    keys: ['h'],
    active: isHovering,
    run: toggleHovering,
  },
  {
    id: 'next-candidate',
    group: 'Prompt',
    title: text.actions['next-candidate'],
    keys: ['Tab'],
    enabled: hasNext,
    run: (page) => cycle(page, 1),
  },
  {
    id: 'previous-candidate',
    group: 'Prompt',
    title: text.actions['previous-candidate'],
    keys: ['Shift+Tab'],
    enabled: hasNext,
    run: (page) => cycle(page, -1),
  },
  {
    id: 'reprompt',
    group: 'Prompt',
    title: text.actions.reprompt,
    keys: [';'],
    enabled: (s) => s.selection.size === 1,
    run: repromptSelected,
  },
  {
    id: 'overlap',
    group: 'Prompt',
    title: text.actions.overlap,
    keys: ['\\'],
    active: (s) => s.overlap !== 'allow',
    run: cycleOverlap,
  },
  {
    id: 'everything',
    group: 'Prompt',
    title: text.actions.everything,
    keys: ['`'],
    titleNow: (s) => (needsModel(s) ? text.prompting.everythingNeedsModel : text.actions.everything),
    enabled: (s) => s.picture !== null && !isRunning(s.everything.job) && !needsModel(s),
    run: everything,
  },
];
