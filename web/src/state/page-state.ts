// Everything the page shows. What must survive a reload is in the program or in the window's session storage, not here.

import type { Size } from '../geometry/box';
import { identity, type Viewport } from '../geometry/viewport';
import { noClasses, type ClassList } from './project/classes-state';
import { noJobs, type Jobs } from './project/jobs-state';
import { noImages, type ImageList } from './images/image-list-state';
import { emptyHistory, type PromptHistory } from '../model/prompt';
import type { Problem } from '../model/problem';
import type { Annotation, Candidate, Memory, MemoryEvent, MemoryHistory, Overlap, Picture, Progress, Project } from '../model/wire';
import type { Cross } from './prompting/cross';
import { noEverything, type Everything } from './prompting/everything-state';
import { noEdits, type EditQueue } from './editing/edit-queue-state';
import type { Preferences } from './preferences';
import { noWindows, type Windows } from './project/windows-state';
import { initialTools, type ToolName, type ToolsState } from './editing/tools-state';
import { noViews, type Views } from './view/views-state';
import { nothingAside, type PutAside } from './editing/put-aside-state';
import { noStatistics, type StatisticsState } from './project/statistics-state';
import { noReview, type ReviewState } from './review/review-state';

// What a toast speaks of: it goes when the next of this kind succeeds. 'note' needs no success.
export type Topic = 'connection' | 'edit' | 'list' | 'note' | 'open';

export interface Toast {
  readonly id: number;
  readonly kind: 'error' | 'warning' | 'info';
  readonly topic: Topic;
  readonly title: string;
  readonly detail: string;
}

// proceed: what to do once the mask is added or discarded.
export type Dialog =
  | { readonly kind: 'help' | 'clear' | 'jump' | 'memory' | 'quit' | 'ended' | 'export' | 'settings' | 'proposals-above' | 'mend' | 'statistics' }
  | { readonly kind: 'classes' | 'jobs' | 'export-to' | 'import-from' }
  | { readonly kind: 'pending'; readonly proceed: () => void }
  | {
      readonly kind: 'confirm'; // a question that the page asks before something large
      readonly title: string;
      readonly text: string;
      readonly label: string; // of the button that goes on
      readonly proceed: () => void;
    };

export interface Layers {
  readonly masks: boolean;
  readonly boxes: boolean;
  readonly labels: boolean;
  readonly points: boolean;
}

export interface PageState {
  readonly project: Project | null;
  readonly connection: 'connecting' | 'open' | 'lost';
  readonly images: ImageList;

  readonly picture: Picture | null; // the one drawn
  readonly opening: { readonly name: string; readonly position: number | null; readonly since: number } | null;
  readonly screen: Size; // the canvas, CSS pixels
  readonly viewport: Viewport;
  readonly fitted: boolean; // the viewport follows the window's size

  readonly mode: ToolName;
  readonly tools: ToolsState;
  readonly prompt: PromptHistory;
  readonly candidates: readonly Candidate[]; // of the present prompt, best first; empty: none yet
  readonly chosen: number;
  readonly segmenting: number | null; // time the request was sent, ms
  readonly accepting: { readonly classId: number | null } | null; // the mask is added as soon as it is there, with the class chosen then
  readonly promptError: Problem | null; // why the present prompt has no answer
  readonly reprompting: number | null; // the annotation whose mask the prompt makes anew; null: a new one
  readonly overlap: Overlap; // what becomes of pixels that two objects would have
  readonly cross: Cross | null; // ask crossOf()
  readonly everything: Everything;
  readonly review: ReviewState;
  readonly statistics: StatisticsState;
  readonly putAside: PutAside;
  readonly multimask: boolean;
  readonly refineEdges: boolean;
  readonly hovered: Candidate | null; // the mask under the cursor, which a click would give
  readonly hovering: Readonly<Record<'model' | 'grabcut', boolean>>; // whether it is asked for, by what makes it
  readonly adding: readonly Annotation[]; // sent, not yet acknowledged; ids below 0

  readonly classId: number | null;
  readonly classQuery: string;
  readonly classMarked: number | null; // what Enter in the search chooses
  readonly classes: ClassList;
  readonly jobs: Jobs;
  readonly progress: Progress | null; // null until the program said
  readonly selection: ReadonlySet<number>;
  readonly autoAdvance: boolean;
  readonly layers: Layers;
  readonly opacity: number; // of the fill, 0 to 1
  readonly panels: boolean;
  readonly views: Views;

  readonly memory: Memory | null;
  readonly memoryHistory: MemoryHistory | null; // null until the panel was opened
  readonly memoryLog: readonly MemoryEvent[] | null; // newest first
  readonly freeing: boolean; // the program was asked to free memory
  readonly freed: string | null; // and what it said
  readonly prepareAhead: boolean | null; // whether the next pictures are encoded ahead; null until the panel was opened
  readonly switching: boolean; // another predictor was asked for
  readonly toasts: readonly Toast[];
  readonly dialog: Dialog | null;
  readonly dismissed: ReadonlySet<string>; // warnings put away
  readonly announcement: string;
  readonly saved: 'saved' | 'saving' | 'failed';
  readonly theme: 'light' | 'dark'; // on screen, whichever was chosen
  readonly windows: Windows;
  readonly edits: EditQueue; // not on disk yet
  readonly preferences: Preferences; // read them with state/preferences.ts
}

export const initialState: PageState = {
  project: null,
  connection: 'connecting',
  images: noImages,
  picture: null,
  opening: null,
  screen: { width: 800, height: 600 },
  viewport: identity,
  fitted: true,
  mode: 'box',
  tools: initialTools,
  prompt: emptyHistory,
  candidates: [],
  chosen: 0,
  segmenting: null,
  accepting: null,
  promptError: null,
  reprompting: null,
  overlap: 'allow',
  cross: null,
  everything: noEverything,
  review: noReview,
  statistics: noStatistics,
  putAside: nothingAside,
  multimask: false,
  refineEdges: false,
  hovered: null,
  hovering: { model: true, grabcut: false }, // GrabCut takes too long
  adding: [],
  classId: null,
  classQuery: '',
  classMarked: null,
  classes: noClasses,
  jobs: noJobs,
  progress: null,
  selection: new Set(),
  autoAdvance: false,
  layers: { masks: true, boxes: false, labels: true, points: true },
  opacity: 0.35,
  panels: true,
  views: noViews,
  memory: null,
  memoryHistory: null,
  memoryLog: null,
  freeing: false,
  freed: null,
  prepareAhead: null,
  switching: false,
  toasts: [],
  dialog: null,
  dismissed: new Set(),
  announcement: '',
  saved: 'saved',
  theme: 'dark',
  windows: noWindows,
  edits: noEdits,
  preferences: {},
};
