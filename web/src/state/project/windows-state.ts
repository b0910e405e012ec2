// The windows that show the project, this one among them.

import type { Window } from '../../model/wire';

export interface Windows {
  readonly me: string; // this window's id
  readonly all: readonly Window[];
  readonly held: string | null; // the image that this window had when the connection was lost
}

export const noWindows: Windows = { me: '', all: [], held: null };
