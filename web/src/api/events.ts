// The program's events. Reconnects by itself; silence counts as a lost connection, since a broken tunnel says nothing.

import type { ChangedEvent, EncodingEvent, Memory, MemoryEvent, Predictor } from '../model/wire';
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
}

const silenceMs = 8000; // `memory` comes at least every 2 s
const retryMs = 1500;

export function listen(handlers: EventHandlers): () => void {
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
    source = new EventSource(`${base}/events`);
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
  };
  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
