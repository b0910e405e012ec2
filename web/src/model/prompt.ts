// The unfinished prompt: a box and points, with its own history. Taking back a click never touches a finished
// annotation.

import type { Box } from '../geometry/box';
import type { PromptPoint, SegmentRequest, StoredPrompt } from './wire';

export interface Prompt {
  readonly box: Box | null;
  readonly points: readonly PromptPoint[];
  readonly maskInput: string | null; // logits_key of the mask that was on screen when the last point was set
}

export interface PromptHistory {
  readonly present: Prompt;
  readonly past: readonly Prompt[];
  readonly future: readonly Prompt[];
}

export const emptyPrompt: Prompt = { box: null, points: [], maskInput: null };
export const emptyHistory: PromptHistory = { present: emptyPrompt, past: [], future: [] };

export function isEmpty(prompt: Prompt): boolean {
  return prompt.box === null && prompt.points.length === 0;
}

function step(history: PromptHistory, present: Prompt): PromptHistory {
  return { present, past: [...history.past, history.present], future: [] };
}

// A box begins a new object.
export function withBox(history: PromptHistory, box: Box): PromptHistory {
  return step(history, { box, points: [], maskInput: null });
}

export function withPoint(history: PromptHistory, point: PromptPoint, maskInput: string | null): PromptHistory {
  return step(history, { box: history.present.box, points: [...history.present.points, point], maskInput });
}

export function takeBack(history: PromptHistory): PromptHistory {
  const previous = history.past.at(-1);
  if (previous === undefined) return history;
  return { present: previous, past: history.past.slice(0, -1), future: [history.present, ...history.future] };
}

export function putBack(history: PromptHistory): PromptHistory {
  const next = history.future[0];
  if (next === undefined) return history;
  return { present: next, past: [...history.past, history.present], future: history.future.slice(1) };
}

// The prompt that a finished annotation was made with, to go on from; its box where none was kept (drawn by hand, or read
// from another tool).
export function promptOf(stored: StoredPrompt, box: Box): Prompt {
  const points = stored.points ?? [];
  const kept = stored.boxes?.[0] ?? null;
  return { box: kept ?? (points.length === 0 ? box : null), points, maskInput: null };
}

export interface MaskOptions {
  readonly multimask: boolean;
  readonly refineEdges: boolean;
}

export function requestOf(prompt: Prompt, options: MaskOptions): SegmentRequest {
  return {
    boxes: prompt.box === null ? [] : [prompt.box],
    points: prompt.points,
    mask_input: prompt.maskInput,
    multimask: options.multimask,
    refine_edges: options.refineEdges,
  };
}

export function storedOf(prompt: Prompt): StoredPrompt {
  return { boxes: prompt.box === null ? [] : [prompt.box], points: prompt.points };
}
