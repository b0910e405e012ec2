// What the state needs from outside, given by main: the program and decoded pictures. Tests give fakes.

import type {
  Edit,
  ImagePage,
  Memory,
  MemoryEvent,
  MemoryHistory,
  MemorySettings,
  Optimized,
  Picture,
  Predictor,
  Project,
  SegmentAnswer,
  SegmentRequest,
} from './wire';

// All may throw Problem; an aborted one throws AbortError.
export interface Api {
  project(): Promise<Project>;
  images(offset: number, limit: number): Promise<ImagePage>;
  show(name: string, signal: AbortSignal): Promise<Picture>;
  picture(name: string): Promise<Picture>;
  segment(name: string, request: SegmentRequest, signal: AbortSignal): Promise<SegmentAnswer>;
  edit(name: string, revision: string, edit: Edit): Promise<Picture>;
  save(name: string): Promise<Picture>;
  memory(): Promise<Memory>;
  memoryHistory(): Promise<MemoryHistory>;
  memoryEvents(after: number): Promise<{ readonly events: readonly MemoryEvent[] }>; // oldest first
  optimizeMemory(): Promise<Optimized>;
  clearCaches(): Promise<Optimized>; // all but what the picture on screen needs
  memorySettings(): Promise<MemorySettings>;
  setMemorySettings(settings: MemorySettings): Promise<MemorySettings>;
  choosePredictor(use: Predictor['use']): Promise<Predictor>;
}

// The decoded proxies of a few pictures. show() returns when the picture can be drawn without a wait, and keeps it
// until the next show(); warm() decodes one that is likely next.
export interface Proxies {
  show(name: string, signal: AbortSignal): Promise<void>;
  warm(name: string): void;
}
