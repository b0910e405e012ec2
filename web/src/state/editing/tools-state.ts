// What the editing tools keep: their settings, and what was changed by hand and is on its way to the program.

import type { Point } from '../../geometry/box';
import type { PlaceKey } from '../../geometry/vertices';

// box and point make prompts; the others change objects by hand.
export type ToolName = 'box' | 'point' | 'vertices' | 'brush' | 'eraser';

export const isPrompting = (tool: ToolName): tool is 'box' | 'point' => tool === 'box' || tool === 'point';

// A stroke of the brush that is not yet stored. Points and radius in pixels of the picture.
export interface Stroke {
  readonly number: number;
  readonly points: readonly Point[];
  readonly radius: number;
  readonly erase: boolean;
  readonly classId: number;
}

// A small panel over the selected objects: what it asks for is shown on them at once.
export type Asking = { readonly what: 'simplify' | 'specks'; readonly amount: number };

export interface ToolsState {
  readonly prompting: 'box' | 'point'; // the one to go back to
  readonly radius: number | null; // of the brush, pixels of the picture; null: by the picture's size
  readonly places: ReadonlySet<PlaceKey>; // chosen vertices of the selected object
  readonly strokes: readonly Stroke[];
  readonly picked: Point | null; // where the last click selected; the next one there selects what lies beneath
  readonly asking: Asking | null;
}

export const initialTools: ToolsState = {
  prompting: 'box',
  radius: null,
  places: new Set(),
  strokes: [],
  picked: null,
  asking: null,
};
