// What the state needs from outside, given by main: the program and decoded pictures. Tests give fakes.

import type {
  DatasetFormat,
  EditRequest,
  Folder,
  ImageEntry,
  ImageFilter,
  ImagePage,
  Job,
  JobRequest,
  Memory,
  MemoryEvent,
  MemoryHistory,
  MemorySettings,
  Optimized,
  Picture,
  Predictor,
  Progress,
  Project,
  SegmentAnswer,
  SegmentRequest,
  Visualization,
  Window,
} from './wire';

// All may throw Problem; an aborted one throws AbortError.
export interface Api {
  project(): Promise<Project>;
  images(offset: number, limit: number, filter?: ImageFilter): Promise<ImagePage>;
  nextImage(from: number, step: 1 | -1, filter: ImageFilter): Promise<ImageEntry | null>; // from: a position; that image does not count
  show(name: string, signal: AbortSignal, held?: boolean): Promise<Picture>; // held: before the program was started again
  picture(name: string): Promise<Picture>;
  segment(name: string, request: SegmentRequest, signal: AbortSignal): Promise<SegmentAnswer>;
  edit(name: string, request: EditRequest, signal?: AbortSignal): Promise<Picture>;
  takeOver(name: string): Promise<Picture>; // this window may change the picture from now on
  visualize(name: string, how: Visualization): Promise<string>; // where the picture is, in the project
  save(name: string): Promise<Picture>;
  memory(): Promise<Memory>;
  memoryHistory(): Promise<MemoryHistory>;
  memoryEvents(after: number): Promise<{ readonly events: readonly MemoryEvent[] }>; // oldest first
  optimizeMemory(): Promise<Optimized>;
  clearCaches(): Promise<Optimized>; // all but what the picture on screen needs
  memorySettings(): Promise<MemorySettings>;
  setMemorySettings(settings: MemorySettings): Promise<MemorySettings>;
  choosePredictor(use: Predictor['use']): Promise<Predictor>;
  windows(): Promise<readonly Window[]>;
  progress(): Promise<Progress>;
  quit(): Promise<void>; // the program ends, soon
  preferences(): Promise<Readonly<Record<string, unknown>>>;
  setPreferences(preferences: Readonly<Record<string, unknown>>): Promise<void>; // durable when it resolves
  formats(): Promise<readonly DatasetFormat[]>;
  folder(path: string): Promise<Folder>; // of the machine the program runs on; empty: the project's parent
  jobs(): Promise<readonly Job[]>; // newest first
  startJob(request: JobRequest): Promise<Job>;
  cancelJob(id: number): Promise<Job>;
  removeJob(id: number): Promise<void>;
  jobResult<T>(id: number): Promise<T>; // of `everything` also while it runs
}

// The decoded proxies of a few pictures. show() returns when the picture can be drawn without a wait, and keeps it
// until the next show(); warm() decodes one that is likely next.
export interface Proxies {
  show(name: string, signal: AbortSignal): Promise<void>;
  warm(name: string): void;
}
