// Which images are listed, and what is known of them.

import type { ImageEntry, ImageFilter, ImageState } from '../../model/wire';

export type ImageLayout = 'list' | 'grid';

export interface ImageList {
  readonly filter: ImageFilter; // replaced as a whole: an answer to an older one is not taken
  readonly total: number; // that pass it
  readonly all: number; // of the project
  readonly pages: ReadonlyMap<number, readonly ImageEntry[]>; // by row among those that pass
  readonly stale: boolean; // an image was edited since: it may not pass any more, and others may
  readonly layout: ImageLayout;
  readonly counts: Readonly<Partial<Record<ImageState, number>>>; // of each state, the filter's other parts being as they are
}

export const noFilter: ImageFilter = {};

export const noImages: ImageList = {
  filter: noFilter,
  total: 0,
  all: 0,
  pages: new Map(),
  stale: false,
  layout: 'list',
  counts: {},
};
