// Edits that are not on disk yet.

import type { Annotation, Edit, Overlap } from '../../model/wire';

export interface WaitingEdit {
  readonly id: string; // edit_id: the program makes an edit of one id once, however often it is sent
  readonly name: string; // the image
  readonly revision: string; // that it is made on
  readonly overlap: Overlap;
  readonly edit: Edit;
  readonly shown: Annotation | null; // how the object it makes looks, until the program says
  readonly makes: number | null; // below 0: how strokes behind it call the object it makes, until the program has numbered it
  readonly className?: string; // of the class it names, when it was made
  readonly tried: boolean; // it was sent: it may have been made
}

// What undo took back while an edit that had not been sent was among it. edit: that one, which redo makes anew; null: the
// program took it back, and does it again.
export interface Undone {
  readonly name: string; // the image
  readonly edit: WaitingEdit | null;
}

export interface RefusedEdit extends WaitingEdit {
  readonly why: string;
}

export interface EditQueue {
  readonly waiting: readonly WaitingEdit[]; // in the order they are to be made
  readonly stalled: string | null; // why they wait; null: they are on their way
  readonly refused: readonly RefusedEdit[]; // somebody else changed the image, or has it; nothing of them was made
  readonly undone: readonly Undone[]; // of each image in the order of the undoing
}

export const noEdits: EditQueue = { waiting: [], stalled: null, refused: [], undone: [] };
