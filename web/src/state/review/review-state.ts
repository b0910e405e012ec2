// The walk through annotations that is under way: proposals, a review, or what a reviewer rejected.

import type { Box } from '../../geometry/box';
import type { WalkKind } from '../../model/walk';
import type { Annotation } from '../../model/wire';

export interface Decision {
  readonly name: string; // of the image
  readonly ids: readonly number[];
}

// An annotation as it was before it was given to the tools, and the image's revision then.
export interface Fixing {
  readonly annotation: Annotation;
  readonly revision: string;
}

export interface Walk {
  readonly kind: WalkKind;
  readonly at: number | null; // the annotation looked at; null: none is left on this image
  readonly looking: boolean; // for the next image
  readonly pending: ReadonlySet<number>; // decided, not yet acknowledged
  readonly decisions: readonly Decision[]; // of this walk, oldest first; those that were taken back are gone
  readonly decided: number; // objects
  readonly fixing: Fixing | null; // the keys are the tools' meanwhile
  readonly asking: 'reject' | 'note' | null; // a note is being typed
  readonly bare: boolean; // masks are hidden while a key is held
  readonly arrived: string; // the image's revision when the walk came to it
}

// An object to be put in sight; another one each time it is wanted there.
export interface Goal {
  readonly box: Box;
}

export interface ReviewState {
  readonly walk: Walk | null;
  readonly goal: Goal | null; // where the view glides to
  readonly notes: readonly string[]; // given lately, newest first
  readonly threshold: number; // for accepting all proposals above a score
  readonly sweep: Sweep | null; // of all images, by that score; null: none was begun
}

export interface Sweep {
  readonly running: boolean;
  readonly images: number; // looked through
  readonly of: number;
  readonly accepted: number; // objects
  readonly passedOver: number; // images that another window has or changed
}

export const noReview: ReviewState = { walk: null, goal: null, notes: [], threshold: 0.8, sweep: null };

export function newWalk(kind: WalkKind): Walk {
  return {
    kind,
    at: null,
    looking: false,
    pending: new Set(),
    decisions: [],
    decided: 0,
    fixing: null,
    asking: null,
    bare: false,
    arrived: '',
  };
}
