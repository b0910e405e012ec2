// Messages to the person: toasts, and the line that screen readers speak.

import { asProblem, isAbort } from '../model/problem';
import type { Page } from './page';
import type { Toast } from './page-state';

const infoMs = 6000;

export function tell(page: Page, kind: Toast['kind'], title: string, detail = ''): void {
  const { toasts } = page.store.get();
  if (toasts.some((toast) => toast.title === title && toast.detail === detail)) return;
  const id = page.nextId++;
  page.store.set({ toasts: [...toasts, { id, kind, title, detail }].slice(-4) });
  if (kind === 'info') setTimeout(() => dismiss(page, id), infoMs);
}

export function tellError(page: Page, error: unknown): void {
  if (isAbort(error)) return;
  const problem = asProblem(error);
  tell(page, 'error', problem.title, problem.detail);
}

export function dismiss(page: Page, id: number): void {
  page.store.set({ toasts: page.store.get().toasts.filter((toast) => toast.id !== id) });
}

export function dismissWarning(page: Page, warning: string): void {
  page.store.set({ dismissed: new Set([...page.store.get().dismissed, warning]) });
}

export function announce(page: Page, text: string): void {
  page.store.set({ announcement: text });
}
