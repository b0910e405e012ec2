// The page for components, and values read from its state.

import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Box } from '../geometry/box';
import type { Candidate } from '../model/wire';
import type { Thumbnails } from '../canvas/thumbnails';
import type { PaneView } from '../canvas/views';
import type { Page } from '../state/page';
import type { PageState } from '../state/page-state';

export interface Shell {
  readonly page: Page;
  readonly thumbnails: Thumbnails;
  readonly drawCandidate: (canvas: HTMLCanvasElement, mask: Candidate, boxes: readonly Box[], side: number) => void;
  readonly mountPane: (element: HTMLCanvasElement, view: PaneView) => () => void;
  readonly mountCanvas: (element: HTMLDivElement) => () => void;
}

export const ShellContext = createContext<Shell | null>(null);

export function useShell(): Shell {
  return useContext(ShellContext)!;
}

export function usePage(): Page {
  return useShell().page;
}

// Renders again only when the selected value changed; select must be pure and return a stable value.
export function useValue<T>(select: (state: PageState) => T): T {
  const { store } = usePage();
  const value = select(store.get());
  const [, setSeen] = useState<{ value: T }>({ value });
  useEffect(() => {
    let last = value;
    const check = () => {
      const next = select(store.get());
      if (Object.is(next, last)) return;
      last = next;
      setSeen({ value: next });
    };
    check();
    return store.subscribe(check);
  }, [store]);
  return value;
}
