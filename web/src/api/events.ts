// The program's events. Reconnects by itself; silence counts as a lost connection, since a broken tunnel says nothing.

import type { ChangedEvent, EncodingEvent, Job, Memory, MemoryEvent, Predictor, Progress, Window } from '../model/wire';
import { base } from './client';

export interface EventHandlers {
  opened(): void; // at the first connection and after each loss
  lost(): void;
  memory(value: Memory): void;
  memoryEvent(value: MemoryEvent): void;
  encoding(value: EncodingEvent): void;
  changed(value: ChangedEvent): void;
  images(): void;
  predictor(value: Predictor): void;
  job(value: Job): void;
  windows(value: readonly Window[]): void;
  progress(value: Progress): void;
  project(): void; // classes or the whole list changed
}

const silenceMs = 8000; // `memory` comes at least every 2 s
const retryMs = 1500;

// window, person: who listens; the program shows it to other windows.
export function listen(handlers: EventHandlers, window: string, person: () => string): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let connected = false;

  const retry = () => {
    source?.close();
    clearTimeout(timer);
    if (connected) handlers.lost();
    connected = false;
    timer = setTimeout(connect, retryMs);
  };
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(retry, silenceMs);
  };
  const on = (name: string, handle: (data: string) => void) => {
    source!.addEventListener(name, (event) => {
      heard();
      handle((event as MessageEvent<string>).data);
    });
  };
  const connect = () => {
    source = new EventSource(`${base}/events?window=${window}&person=${encodeURIComponent(person())}`);
    heard();
    source.onopen = () => {
      heard();
      connected = true;
      handlers.opened();
    };
    source.onerror = () => {
      if (!connected) handlers.lost();
      retry();
    };
    on('memory', (data) => handlers.memory(JSON.parse(data) as Memory));
    on('memory_event', (data) => handlers.memoryEvent(JSON.parse(data) as MemoryEvent));
    on('encoding', (data) => handlers.encoding(JSON.parse(data) as EncodingEvent));
    on('changed', (data) => handlers.changed(JSON.parse(data) as ChangedEvent));
    on('images', () => handlers.images());
    on('predictor', (data) => handlers.predictor(JSON.parse(data) as Predictor));
    on('job', (data) => handlers.job(JSON.parse(data) as Job));
    on('windows', (data) => handlers.windows((JSON.parse(data) as { windows: Window[] }).windows));
    on('progress', (data) => handlers.progress(JSON.parse(data) as Progress));
    on('project', () => handlers.project());
  };
  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
