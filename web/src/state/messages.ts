// Messages to the person: toasts, and the line that screen readers speak.

import { asProblem, isAbort, unreachable } from '../model/problem';
import type { Page } from './page';
import type { Toast, Topic } from './page-state';

const infoMs = 6000;
const toastsKept = 3;

export function tell(page: Page, kind: Toast['kind'], topic: Topic, title: string, detail = ''): void {
  const { toasts } = page.store.get();
  if (toasts.some((toast) => toast.title === title && toast.detail === detail)) return;
  const id = page.nextId++;
  page.store.set({ toasts: [...toasts, { id, kind, topic, title, detail }].slice(-toastsKept) });
  if (kind === 'info') setTimeout(() => dismiss(page, id), infoMs);
}

export function tellError(page: Page, topic: Topic, error: unknown): void {
  if (isAbort(error)) return;
  const problem = asProblem(error);
  tell(page, 'error', problem.type === unreachable.type ? 'connection' : topic, problem.title, problem.detail);
}

export function dismiss(page: Page, id: number): void {
  page.store.set({ toasts: page.store.get().toasts.filter((toast) => toast.id !== id) });
}

// What these toasts speak of is over: it succeeded since, or belongs to a picture that was left.
export function settled(page: Page, ...topics: readonly Topic[]): void {
  const { toasts } = page.store.get();
  const left = toasts.filter(({ topic }) => !topics.includes(topic));
  if (left.length < toasts.length) page.store.set({ toasts: left });
}

export function dismissWarning(page: Page, warning: string): void {
  page.store.set({ dismissed: new Set([...page.store.get().dismissed, warning]) });
}

export function announce(page: Page, text: string): void {
  page.store.set({ announcement: text });
}
