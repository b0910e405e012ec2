// What the program sends and takes; docs/openapi.yaml in TypeScript.

import type { Box } from '../geometry/box';
import type { Polygon } from '../geometry/polygon';

export interface Class {
  readonly id: number;
  readonly name: string;
}

// The one that the program was started with, whichever is in use.
export interface Model {
  readonly name: string;
  readonly state: 'unloaded' | 'loading' | 'loaded' | 'failed';
  readonly reason: string; // why it cannot be used, or not yet
}

// The model the program was started with, or GrabCut, which needs none and little memory.
export interface Predictor {
  readonly use: 'model' | 'grabcut';
  readonly can_use_grabcut: boolean; // besides the model
  readonly family: string; // empty until the model was loaded
  readonly key: string;
  readonly description: string;
  readonly takes_mask_input: boolean;
  readonly max_candidates: number;
  readonly model: Model;
}

export interface Project {
  readonly name: string;
  readonly folder?: string;
  readonly version: string;
  readonly classes: readonly Class[];
  readonly image_count: number;
  readonly current: string | null;
  readonly predictor: Predictor;
  readonly warnings: readonly string[];
}

export type Encoding = 'none' | 'queued' | 'running' | 'ready' | 'failed';

export interface ImageEntry {
  readonly name: string;
  readonly state: 'new' | 'labelled' | 'broken';
  readonly reason?: string;
  readonly width?: number;
  readonly height?: number;
  readonly annotation_count: number;
  readonly encoding: Encoding;
  readonly encoding_reason?: string; // from the event; the list has none
}

export interface ImagePage {
  readonly total: number;
  readonly offset: number;
  readonly images: readonly ImageEntry[];
}

export interface PromptPoint {
  readonly x: number;
  readonly y: number;
  readonly foreground: boolean;
}

export interface StoredPrompt {
  readonly boxes?: readonly Box[];
  readonly points?: readonly PromptPoint[];
}

export interface Annotation {
  readonly id: number;
  readonly class_id: number;
  readonly polygon: Polygon;
  readonly area: number;
  readonly box: Box;
  readonly score: number;
  readonly source?: string;
  readonly prompt: StoredPrompt;
}

export interface Picture {
  readonly name: string;
  readonly position: number;
  readonly width: number;
  readonly height: number;
  readonly encoding: Encoding;
  readonly encoding_reason?: string;
  readonly memory_exhausted?: boolean; // why its encoding failed
  readonly revision: string;
  readonly annotations: readonly Annotation[];
  readonly can_undo: boolean;
  readonly can_redo: boolean;
  readonly tile_levels: number;
  readonly warnings: readonly string[];
}

export interface SegmentRequest {
  readonly boxes: readonly Box[];
  readonly points: readonly PromptPoint[];
  readonly mask_input: string | null;
  readonly multimask: boolean;
  readonly refine_edges?: boolean; // false
  readonly preview?: boolean; // nothing is kept of the answer
}

export interface Candidate {
  readonly score: number;
  readonly area: number;
  readonly box: Box;
  readonly polygon: Polygon;
  readonly rle: string;
  readonly logits_key: string | null;
}

export interface SegmentAnswer {
  readonly candidates: readonly Candidate[];
  readonly decode_ms: number;
  readonly wait_ms: number;
}

export type Edit =
  | { type: 'add'; class_id: number; rle: string; score: number; prompt: StoredPrompt }
  | { type: 'delete'; ids: number[] }
  | { type: 'set_class'; ids: number[]; class_id: number }
  | { type: 'clear' }
  | { type: 'undo' }
  | { type: 'redo' };

export type MemoryLevel = 'normal' | 'warning' | 'critical';

export type Owner = 'weights' | 'scratch' | 'images' | 'embeddings' | 'predictions';

// Bytes, except where said.
export interface MemoryDomain {
  readonly domain: string; // host, cuda:0
  readonly name: string;
  readonly used: number;
  readonly total: number;
  readonly free: number;
  readonly own: number;
  readonly limit: number;
  readonly reserved: number;
  readonly other: number; // own, and not reserved
  readonly by_owner: Readonly<Record<Owner, number>>;
  readonly utilization: number; // used / total, 0 to 1
  readonly pressure: number; // own / limit, 0 to 1
  readonly level: MemoryLevel | 'unknown'; // unknown: it cannot be read now
  readonly readable: boolean; // false: the numbers are the last known ones
  readonly formatted: string;
}

export interface RungStatistics {
  readonly rung: string;
  readonly runs: number;
  readonly skips: number;
  readonly rescues: number;
  readonly freed_bytes: number;
  readonly seconds: number;
}

export interface Thresholds {
  readonly warning: number;
  readonly critical: number;
}

export interface Cache {
  readonly name: string; // images, embeddings, predictions, embeddings_on_disk
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly limit?: number; // of what is on disk, as the rest
  readonly dropped?: number;
  readonly damaged?: number;
}

export interface MemorySettings {
  readonly prepare_ahead: boolean;
}

export interface Memory {
  readonly time_ms: number;
  readonly line: string;
  readonly level: MemoryLevel;
  readonly message: string;
  readonly thresholds: Thresholds;
  readonly domains: readonly MemoryDomain[];
  readonly caches: readonly Cache[];
  readonly recovery: {
    readonly operations: number;
    readonly exhausted: number;
    readonly rungs: readonly RungStatistics[];
  };
}

export interface MemoryHistory {
  readonly interval_ms: number;
  readonly time_ms: readonly number[];
  readonly domains: readonly {
    readonly domain: string;
    readonly own: readonly number[];
    readonly limit: readonly number[];
    readonly utilization: readonly number[];
    readonly pressure: readonly number[];
  }[];
}

export interface MemoryEvent {
  readonly number: number;
  readonly time_ms: number;
  readonly kind: string;
  readonly text: string;
}

export interface Optimized {
  readonly done: boolean;
  readonly freed_bytes: number;
  readonly memory: Memory;
}

export interface EncodingEvent {
  readonly name: string;
  readonly encoding: Encoding;
  readonly reason?: string;
  readonly memory_exhausted?: boolean;
}

export interface ChangedEvent {
  readonly name: string;
  readonly revision: string;
  readonly window?: string;
}
