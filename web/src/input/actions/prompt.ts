// Making a mask.

import { leaveTool, switchPrompting } from '../../state/choosing-tools';
import { addMask } from '../../state/editing';
import {
  acceptSegment,
  closeEverything,
  isRunning,
  markNextSegment,
  offersSegments,
  startEverything,
} from '../../state/everything';
import { isHovering, toggleHovering } from '../../state/hovering';
import { go } from '../../state/navigation';
import type { Page } from '../../state/page';
import type { PageState } from '../../state/page-state';
import {
  clearPrompt,
  cycleCandidate,
  cycleOverlap,
  hasPrompt,
  preview,
  repromptSelected,
  retryPrompt,
  setMaskOptions,
} from '../../state/prompting';
import { select, selectNext } from '../../state/selecting';
import { isPrompting } from '../../state/tools-state';
import type { Action } from '../action';
import { hasSelection } from './conditions';

async function add(page: Page): Promise<void> {
  const { promptError, everything } = page.store.get();
  if (promptError !== null) return retryPrompt(page);
  if (marksSegment(page.store.get())) return void (await acceptSegment(page, everything.hovered!));
  if ((await addMask(page)) && page.store.get().autoAdvance && !hasPrompt(page.store.get())) go(page, 1);
}

const marksSegment = (s: PageState) => offersSegments(s) && s.everything.hovered !== null;

function escape(page: Page): void {
  if (hasPrompt(page.store.get())) clearPrompt(page);
  else if (page.store.get().everything.job !== null) closeEverything(page);
  else if (!leaveTool(page)) select(page, null, false);
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
    title: 'Switch between box and points',
    keys: ['w'],
    run: switchPrompting,
  },
  {
    id: 'add',
    group: 'Prompt',
    title: 'Add the mask with the chosen class',
    keys: ['Enter', 'a'],
    enabled: (s) => (preview(s) !== null && s.segmenting === null) || s.promptError !== null || marksSegment(s),
    run: (page) => void add(page),
  },
  {
    id: 'clear-prompt',
    group: 'Prompt',
    title: 'Clear the prompt, or the selection',
    keys: ['Escape', 'x'],
    enabled: (s) => hasPrompt(s) || hasSelection(s) || s.everything.job !== null || !isPrompting(s.mode),
    run: escape,
  },
  {
    id: 'candidates',
    group: 'Prompt',
    title: 'Offer several candidate masks',
    keys: ['k'],
    enabled: (s) => (s.project?.predictor.max_candidates ?? 1) > 1,
    active: (s) => s.multimask,
    run: (page) => setMaskOptions(page, { multimask: !page.store.get().multimask }),
  },
  {
    id: 'refine-edges',
    group: 'Prompt',
    title: "Put masks' edges where the picture has edges",
    keys: ['d'],
    active: (s) => s.refineEdges,
    run: (page) => setMaskOptions(page, { refineEdges: !page.store.get().refineEdges }),
  },
  {
    id: 'hover',
    group: 'Prompt',
    title: 'Show the mask under the cursor (points)',
    keys: ['h'],
    active: isHovering,
    run: toggleHovering,
  },
  {
    id: 'next-candidate',
    group: 'Prompt',
    title: 'Next candidate mask; the next annotation where there is no choice',
    keys: ['Tab'],
    enabled: hasNext,
    run: (page) => cycle(page, 1),
  },
  {
    id: 'previous-candidate',
    group: 'Prompt',
    title: 'Previous candidate mask, or annotation',
    keys: ['Shift+Tab'],
    enabled: hasNext,
    run: (page) => cycle(page, -1),
  },
  {
    id: 'reprompt',
    group: 'Prompt',
    title: 'Prompt the selected annotation again',
    keys: [';'],
    enabled: (s) => s.selection.size === 1,
    run: repromptSelected,
  },
  {
    id: 'overlap',
    group: 'Prompt',
    title: 'Overlap of masks: allowed, the newer wins, the older wins',
    keys: ['\\'],
    active: (s) => s.overlap !== 'allow',
    run: cycleOverlap,
  },
  {
    id: 'everything',
    group: 'Prompt',
    title: 'Find everything on the image',
    keys: ['`'],
    enabled: (s) => s.picture !== null && !isRunning(s.everything.job),
    run: (page) => void startEverything(page),
  },
];
