// The windows that show the project, this one among them.

import type { Window } from '../../model/wire';

export interface Windows {
  readonly me: string; // this window's id
  readonly all: readonly Window[];
}

export const noWindows: Windows = { me: '', all: [] };
