// What went wrong, in words for the person at the screen.

import { text } from '../text/en';

export class Problem extends Error {
  constructor(
    readonly status: number, // HTTP status; 0 where the program did not answer
    readonly type: string,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail === '' ? title : `${title}: ${detail}`);
  }
}

export const unreachable = new Problem(0, 'unreachable', text.problems.unreachable, text.problems.unreachableDetail);

export function isConflict(error: unknown): boolean {
  return error instanceof Problem && error.type.endsWith('/revision-conflict');
}

export function isClassGone(error: unknown): boolean {
  return error instanceof Problem && error.type.endsWith('/class-gone');
}

export function isStaleMaskInput(error: unknown): boolean {
  return error instanceof Problem && error.type.endsWith('/stale-mask-input');
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, 'page', text.problems.ofPage, error instanceof Error ? error.message : String(error));
}

// body: what the program answered with an error status, parsed; anything may come through a proxy.
export function problemOf(status: number, body: unknown): Problem {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const field = (key: string, otherwise: string) => {
    const value = fields[key];
    return typeof value === 'string' && value !== '' ? value : otherwise;
  };
  return new Problem(
    status,
    field('type', 'about:blank'),
    field('title', text.problems.answered(status)),
    field('detail', ''),
  );
}
