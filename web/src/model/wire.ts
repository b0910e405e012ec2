// What the program sends and takes; docs/openapi.yaml in TypeScript.

import type { Box } from '../geometry/box';
import type { Polygon, Ring } from '../geometry/polygon';

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
  readonly position: number; // in the whole list
  readonly state: 'new' | 'labelled' | 'broken';
  readonly reason?: string;
  readonly width?: number;
  readonly height?: number;
  readonly annotation_count: number;
  readonly proposals: number; // of its annotations
  readonly rejected?: number;
  readonly reviewed: boolean;
  readonly faulty: boolean;
  readonly kept: boolean; // its embedding is on disk
  readonly encoding: Encoding;
  readonly encoding_reason?: string; // from the event; the list has none
}

export interface ImagePage {
  readonly total: number; // that pass the filter
  readonly all: number; // of the project
  readonly offset: number;
  readonly images: readonly ImageEntry[];
}

export type ImageState =
  'new' | 'labelled' | 'empty' | 'proposed' | 'reviewed' | 'unreviewed' | 'rejected' | 'faulty' | 'broken';

// Which images are listed; nothing: all.
export interface ImageFilter {
  readonly states?: readonly ImageState[]; // any of them
  readonly classId?: number;
  readonly atLeast?: number; // objects
  readonly atMost?: number;
  readonly text?: string;
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

export type Review = '' | 'proposed' | 'accepted' | 'rejected';

export interface Annotation {
  readonly id: number;
  readonly class_id: number;
  readonly polygon: Polygon;
  readonly area: number;
  readonly box: Box;
  readonly score: number;
  readonly source?: string;
  readonly review?: Review; // proposed: by a model, and nobody has looked at it
  readonly note?: string;
  readonly created?: string;
  readonly seconds?: number; // spent on it; 0: unknown
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
  readonly undo_title?: string; // the type of edit that undo would take back
  readonly redo_title?: string;
  readonly reviewed: boolean;
  readonly faulty: boolean;
  readonly last_edit: string; // edit_id of the last edit
  readonly holder: Window | null; // who may change it; null: nobody has it
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
  | {
      type: 'add';
      class_id: number;
      rle?: string; // or polygon
      polygon?: Polygon;
      score?: number;
      seconds?: number;
      prompt?: StoredPrompt;
    }
  | { type: 'delete'; ids: number[] }
  | { type: 'set_class'; ids: number[]; class_id: number }
  | { type: 'clear' }
  | { type: 'undo' }
  | { type: 'redo' }
  | { type: 'set_mask'; id: number; rle: string; class_id?: number; score?: number; prompt?: StoredPrompt }
  | { type: 'set_polygon'; id: number; polygon: Polygon }
  | {
      type: 'paint';
      id: number | null; // null: a new object of class_id
      class_id?: number;
      points: Ring;
      radius: number; // picture pixels
      erase?: boolean;
      seconds?: number;
    }
  | { type: 'merge'; ids: number[] } // into the first
  | { type: 'subtract'; id: number; ids: number[] } // the pixels of ids from id
  | { type: 'fill_holes'; ids: number[]; below: number } // pixels; 0: all
  | { type: 'drop_specks'; ids: number[]; below: number }
  | { type: 'simplify'; ids: number[]; tolerance: number } // pixels
  | { type: 'order'; ids: number[]; to: 'front' | 'back' | 'forward' | 'backward' }
  | { type: 'copy'; from: string; ids: number[] } // of the image called from
  | { type: 'review'; ids: number[]; review: Review; note?: string }
  | { type: 'mark'; reviewed?: boolean; faulty?: boolean }; // of the image; no step of undo

// Of the masks an edit makes: newer takes their pixels from all others, older gives them none that another has.
export type Overlap = 'allow' | 'newer' | 'older';

export interface EditRequest {
  readonly revision: string;
  readonly edit_id: string; // one that is the picture's last_edit has been made already
  readonly overlap?: Overlap;
  readonly class_name?: string; // of the class that the edit names, when it was made: the list may have changed since
  readonly held?: boolean; // the window had the picture when the edit was made, perhaps of an earlier run of the program
  readonly edit: Edit;
}

// A page that shows the project, here or at another machine.
export interface Window {
  readonly window: string; // its id
  readonly person: string; // empty: it did not say
  readonly image?: string | null;
  readonly holds?: boolean; // it may change that image
}

export interface Progress {
  readonly images: number;
  readonly new: number;
  readonly labelled: number;
  readonly empty: number;
  readonly proposed: number;
  readonly reviewed: number;
  readonly faulty: number;
  readonly broken: number;
  readonly annotations: number;
  readonly proposals: number;
  readonly rejected: number;
  readonly seconds_per_object: number; // 0: not known, as below
  readonly objects_per_hour: number;
  readonly images_per_hour: number;
  readonly left_s: number;
}

export interface DatasetFormat {
  readonly name: string;
  readonly title: string;
  readonly extension: string; // of the single file; empty: a folder
  readonly losses: readonly string[];
}

export interface Folder {
  readonly path: string;
  readonly parent: string | null;
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

export type JobRequest =
  | { kind: 'embed' }
  | {
      kind: 'everything';
      image: string;
      points_per_side?: number;
      min_area?: number;
      min_score?: number;
      min_stability?: number;
      max_iou?: number;
    }
  | {
      kind: 'export';
      format: string;
      path: string;
      overwrite?: boolean;
      photos?: boolean;
      exact_masks?: boolean;
      accepted_only?: boolean;
    }
  | {
      kind: 'import';
      path: string;
      format?: string;
      on_conflict?: 'refuse' | 'keep' | 'replace' | 'merge';
      photos?: boolean;
      proposals?: boolean;
      empty_as_new?: boolean;
      dry_run?: boolean;
    }
  | { kind: 'classes'; change: 'add' | 'rename' | 'merge'; name: string; to?: string; dry_run?: boolean }
  | { kind: 'statistics' };

export interface Job {
  readonly id: number;
  readonly kind: JobRequest['kind'];
  readonly title: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly done: number;
  readonly total: number; // 0: not known yet
  readonly seconds: number;
  readonly left_s: number; // 0: not known
  readonly message: string; // how it ended
  readonly log: readonly string[];
  readonly image?: string; // everything
  readonly class_before?: string; // classes: that is renamed, or merged into another
  readonly class_after?: string; // its new name, or the other's
  readonly started_ms: number;
  readonly changes_project: boolean; // edits are refused while it runs
}

export interface EverythingResult {
  readonly segments: readonly Candidate[]; // best first
}

export interface EmbedResult {
  readonly written: number;
  readonly kept_before: number;
  readonly failed: number;
  readonly left_out: number; // for lack of room
}

export interface ClassesResult {
  readonly pictures: number;
  readonly annotations: number;
  readonly renumbered: number;
  readonly classes: readonly string[];
}

export interface ImportResult {
  readonly pictures: number;
  readonly annotations: number;
  readonly photos_added: number;
  readonly classes_added: readonly string[];
  readonly same_objects: number;
  readonly conflicts: { readonly kept: number; readonly replaced: number; readonly merged: number };
  readonly without_photo: number; // pictures left out
  readonly warnings: readonly string[];
}

export interface Visualization {
  readonly view: 'overlay' | 'masked' | 'side_by_side' | 'contours';
  readonly opacity?: number;
  readonly labels?: boolean;
}

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
