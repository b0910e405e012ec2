// The program in memory: pictures with revisions and undo, masks on demand.

import type { Box } from '../../src/geometry/box';
import type { Part, Polygon } from '../../src/geometry/polygon';
import { partArea } from '../../src/geometry/specks';
import type { Api, Proxies } from '../../src/model/ports';
import { Problem } from '../../src/model/problem';
import type {
  Annotation,
  Candidate,
  Edit,
  ImageEntry,
  ImageFilter,
  ImageState,
  Job,
  MemoryEvent,
  Model,
  Picture,
  Predictor,
  Progress,
  SegmentAnswer,
  SegmentRequest,
} from '../../src/model/wire';
import { makePage, type Page } from '../../src/state/page';

export interface Asked {
  readonly name: string;
  readonly request: SegmentRequest;
  readonly signal: AbortSignal;
  answer(candidates: Candidate[]): void;
  refuse(problem: Problem): void;
}

interface Kept {
  steps: (readonly Annotation[])[];
  at: number;
  revision: number;
  lastEdit: string;
  titles: string[]; // the type of the edit that made each step but the first
  marks: { reviewed: boolean; faulty: boolean };
}

export function candidate(key: string, score = 0.9): Candidate {
  return { score, area: 100, box: [0, 0, 10, 10], polygon: [], rle: `rle-${key}`, logits_key: key };
}

export function square(x: number, y: number, half: number): Part {
  return { outer: [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]], holes: [] };
}

function outlined(polygon: Polygon): Pick<Annotation, 'polygon' | 'area' | 'box'> {
  const all = polygon.flatMap(({ outer }) => outer);
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const box: Box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return { polygon, area: polygon.reduce((sum, part) => sum + partArea(part), 0), box };
}

export const noProgress: Progress = {
  images: 0,
  new: 0,
  labelled: 0,
  empty: 0,
  proposed: 0,
  reviewed: 0,
  faulty: 0,
  broken: 0,
  annotations: 0,
  proposals: 0,
  rejected: 0,
  seconds_per_object: 0,
  objects_per_hour: 0,
  images_per_hour: 0,
  left_s: 0,
};

const noPicture = new Problem(422, 'about:blank', 'The image cannot be read', 'It is truncated.');

export class FakeProgram {
  readonly asked: Asked[] = [];
  readonly edits: Edit[] = [];
  readonly shown: string[] = [];
  readonly broken = new Set<string>();
  readonly log: MemoryEvent[] = [];
  listings = 0;
  takesMaskInput = true;
  use: Predictor['use'] = 'model';
  model: Model = { name: 'small', state: 'loaded', reason: '' };
  preparesAhead = true;
  preferences: Readonly<Record<string, unknown>> = {};
  readonly jobs: Job[] = [];
  readonly removed: number[] = []; // jobs
  readonly results = new Map<number, unknown>(); // by job
  private readonly pictures = new Map<string, Kept>();
  private nextId = 1;

  private readonly positions: ReadonlyMap<string, number>;

  constructor(readonly names: string[]) {
    this.positions = new Map(names.map((name, i) => [name, i]));
  }

  predictor(): Predictor {
    const { use, model: loaded } = this;
    const model = use === 'model';
    const family = model ? 'sam' : 'grabcut';
    const takes = model && this.takesMaskInput;
    return { use, can_use_grabcut: true, family, key: family, description: family, takes_mask_input: takes, max_candidates: model ? 3 : 1, model: loaded };
  }

  // What the program's event says of the job.
  change(id: number, change: Partial<Job>): Job {
    const job = { ...this.jobs[id - 1]!, ...change };
    this.jobs[id - 1] = job;
    return job;
  }

  kept(name: string): Kept {
    const kept = this.pictures.get(name) ?? { steps: [[]], at: 0, revision: 1, lastEdit: '', titles: [], marks: { reviewed: false, faulty: false } };
    this.pictures.set(name, kept);
    return kept;
  }

  picture(name: string): Picture {
    const { steps, at, revision, titles, marks } = this.kept(name);
    const undo = titles[at - 1];
    return {
      name,
      position: this.positions.get(name) ?? -1,
      width: 400,
      height: 300,
      encoding: 'ready',
      revision: String(revision),
      annotations: steps[at]!,
      can_undo: at > 0,
      can_redo: at < steps.length - 1,
      ...(undo === undefined ? {} : { undo_title: undo }),
      ...marks,
      last_edit: this.kept(name).lastEdit,
      holder: null,
      tile_levels: 1,
      warnings: [],
    };
  }

  private entry(name: string, position: number): ImageEntry {
    const { steps, at } = this.kept(name);
    const n = steps[at]!.length;
    const state = this.broken.has(name) ? 'broken' : n > 0 ? 'labelled' : 'new';
    return {
      name,
      position,
      state,
      annotation_count: n,
      proposals: steps[at]!.filter(({ review }) => review === 'proposed').length,
      rejected: steps[at]!.filter(({ review }) => review === 'rejected').length,
      ...this.kept(name).marks,
      kept: false,
      encoding: 'none',
    };
  }

  private passes(name: string, position: number, { states, classId, atLeast = 0, atMost = Infinity, text = '' }: ImageFilter): boolean {
    if (!name.toLowerCase().includes(text.toLowerCase())) return false;
    if (states === undefined && classId === undefined && atLeast === 0 && atMost === Infinity) return true;
    const { state, annotation_count: n, proposals } = this.entry(name, position);
    const is = (wanted: ImageState) => (wanted === 'proposed' ? proposals > 0 : wanted === state);
    const { steps, at } = this.kept(name);
    return (
      (states === undefined || states.some(is)) &&
      (classId === undefined || steps[at]!.some(({ class_id }) => class_id === classId)) &&
      n >= atLeast &&
      n <= atMost
    );
  }

  // An edit as another window would make it.
  apply(name: string, edit: Edit): void {
    const kept = this.kept(name);
    const now = kept.steps[kept.at]!;
    kept.revision += 1;
    if (edit.type === 'undo') kept.at -= 1;
    else if (edit.type === 'redo') kept.at += 1;
    else if (edit.type === 'mark') {
      const { reviewed = kept.marks.reviewed, faulty = kept.marks.faulty } = edit;
      kept.marks = { reviewed, faulty };
    } else {
      kept.titles.splice(kept.at, Infinity, edit.type);
      kept.steps.splice(++kept.at, Infinity, this.changed(now, edit));
    }
  }

  private changed(now: readonly Annotation[], edit: Edit): readonly Annotation[] {
    if (edit.type === 'add') {
      const { class_id, score = 0, prompt = {} } = edit;
      const shape = edit.polygon === undefined ? { polygon: [], area: 100, box: [0, 0, 10, 10] as Box } : outlined(edit.polygon);
      return [...now, { id: this.nextId++, class_id, score, prompt, ...shape }];
    }
    if (edit.type === 'set_polygon') return now.map((each) => (each.id === edit.id ? { ...each, ...outlined(edit.polygon) } : each));
    if (edit.type === 'paint') return this.painted(now, edit);
    if (edit.type === 'merge') return now.filter(({ id }) => !edit.ids.slice(1).includes(id));
    if (edit.type === 'order') {
      const [moved, rest] = [now.filter(({ id }) => edit.ids.includes(id)), now.filter(({ id }) => !edit.ids.includes(id))];
      return edit.to === 'front' || edit.to === 'forward' ? [...rest, ...moved] : [...moved, ...rest];
    }
    if (edit.type === 'copy') {
      const from = this.picture(edit.from).annotations.filter(({ id }) => edit.ids.includes(id));
      return [...now, ...from.map((each) => ({ ...each, id: this.nextId++ }))];
    }
    if (edit.type === 'delete') return now.filter(({ id }) => !edit.ids.includes(id));
    if (edit.type === 'set_mask') {
      const { id, score = 0 } = edit;
      return now.map((item) => (item.id !== id ? item : { ...item, score, ...(item.review === 'proposed' ? { review: 'accepted' } : {}) }));
    }
    if (edit.type === 'review') {
      const { ids, review, note } = edit;
      return now.map((item) => (ids.includes(item.id) ? { ...item, review, note: note ?? item.note ?? '' } : item));
    }
    return edit.type === 'clear' ? [] : now;
  }

  // A stroke is a square around its first point: each adds a part.
  private painted(now: readonly Annotation[], { id, class_id = 0, points, radius, erase = false }: Extract<Edit, { type: 'paint' }>): readonly Annotation[] {
    const [x, y] = points[0]!;
    const part = square(x, y, radius);
    if (id === null) return [...now, { id: this.nextId++, class_id, score: 0, prompt: {}, ...outlined([part]) }];
    return now.map((each) => (each.id === id ? { ...each, ...outlined(erase ? each.polygon.slice(0, -1) : [...each.polygon, part]) } : each));
  }

  readonly api: { -readonly [K in keyof Api]: Api[K] } = {
    project: async () => ({
      name: 'p',
      version: '1',
      classes: [
        { id: 0, name: 'cat' },
        { id: 1, name: 'dog' },
      ],
      image_count: this.names.length,
      current: null,
      predictor: this.predictor(),
      warnings: [],
    }),
    images: async (offset, limit, filter = {}) => {
      this.listings += 1;
      const all = this.names.map((name, position) => ({ name, position }));
      const listed = all.filter(({ name, position }) => this.passes(name, position, filter));
      return {
        total: listed.length,
        all: this.names.length,
        offset,
        images: listed.slice(offset, offset + limit).map(({ name, position }) => this.entry(name, position)),
      };
    },
    nextImage: async (from, step, filter) => {
      for (let at = from + step; at >= 0 && at < this.names.length; at += step) {
        const name = this.names[at]!;
        if (!this.broken.has(name) && this.passes(name, at, filter)) return this.entry(name, at);
      }
      return null;
    },
    show: async (name) => {
      if (this.broken.has(name)) throw noPicture;
      this.shown.push(name);
      return this.picture(name);
    },
    picture: async (name) => this.picture(name),
    segment: (name, request, signal) =>
      new Promise<SegmentAnswer>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        this.asked.push({
          name,
          request,
          signal,
          answer: (candidates) => resolve({ candidates, decode_ms: 1, wait_ms: 0 }),
          refuse: reject,
        });
      }),
    edit: async (name, { revision, edit_id, edit }) => {
      if (edit_id === this.kept(name).lastEdit) return this.picture(name);
      if (revision !== String(this.kept(name).revision)) {
        throw new Problem(409, '/problems/revision-conflict', 'Changed', 'Another window saved.');
      }
      this.edits.push(edit);
      this.apply(name, edit);
      this.kept(name).lastEdit = edit_id;
      return this.picture(name);
    },
    quit: async () => undefined,
    takeOver: async (name) => this.picture(name),
    visualize: async (name) => `saved_visualizations/${name}.png`,
    save: async (name) => this.picture(name),
    memory: async () => ({
      time_ms: 0,
      line: '',
      level: 'normal',
      message: '',
      thresholds: { warning: 0.8, critical: 0.95 },
      domains: [],
      caches: [],
      recovery: { operations: 0, exhausted: 0, rungs: [] },
    }),
    memoryHistory: async () => ({ interval_ms: 2000, time_ms: [], domains: [] }),
    memoryEvents: async () => ({ events: this.log }),
    optimizeMemory: async () => ({ done: true, freed_bytes: 300 << 20, memory: await this.api.memory() }),
    clearCaches: async () => ({ done: true, freed_bytes: 0, memory: await this.api.memory() }),
    memorySettings: async () => ({ prepare_ahead: this.preparesAhead }),
    setMemorySettings: async ({ prepare_ahead }) => {
      this.preparesAhead = prepare_ahead;
      return { prepare_ahead };
    },
    choosePredictor: async (use) => {
      this.use = use;
      return this.predictor();
    },
    windows: async () => [],
    progress: async () => noProgress,
    preferences: async () => this.preferences,
    setPreferences: async (preferences) => {
      this.preferences = preferences;
    },
    formats: async () => [],
    folder: async (path) => ({ path, parent: null, folders: [], files: [] }),
    jobs: async () => [...this.jobs].reverse(),
    startJob: async (request) => {
      const job: Job = {
        id: this.jobs.length + 1,
        kind: request.kind,
        title: request.kind,
        state: 'running',
        done: 0,
        total: 10,
        seconds: 0,
        left_s: 0,
        message: '',
        log: [],
        started_ms: 0,
        changes_project: request.kind === 'import' || request.kind === 'classes',
        ...(request.kind === 'everything' ? { image: request.image } : {}),
      };
      this.jobs.push(job);
      return job;
    },
    cancelJob: async (id) => this.change(id, { state: 'cancelled' }),
    removeJob: async (id) => {
      this.removed.push(id);
    },
    jobResult: async <T>(id: number) => {
      const result = this.results.get(id);
      if (result === undefined) throw new Problem(404, 'about:blank', 'No such job', '');
      return result as T;
    },
  };
}

export const noProxies: Proxies = { show: async () => undefined, warm: () => undefined };

export async function settle(): Promise<void> {
  for (let i = 0; i < 30; ++i) await Promise.resolve();
}

export function pageOn(program: FakeProgram): Page {
  return makePage(program.api, noProxies, 'this-window', () => 0);
}
