// Which view of the picture is on screen.

import type { Visualization } from '../../model/wire';

export type WorkView = 'masks' | 'side_by_side' | 'bare';
export type ViewerView = Visualization['view'];

export interface Views {
  readonly work: WorkView;
  readonly viewer: { readonly view: ViewerView; readonly ids: boolean; readonly saving: boolean } | null; // null: closed
}

export const noViews: Views = { work: 'masks', viewer: null };

export const viewerViews: readonly ViewerView[] = ['overlay', 'masked', 'side_by_side', 'contours'];
