// Memory as the page follows it: the newest reading always, history and log while the panel is open.

import { extended, freedText } from '../model/memory';
import type { Memory, MemoryEvent } from '../model/wire';
import { announce, tellError } from './messages';
import type { Page } from './page';

const logKept = 200;

export function onMemory(page: Page, memory: Memory): void {
  const { memoryHistory } = page.store.get();
  page.store.set({ memory, memoryHistory: memoryHistory === null ? null : extended(memoryHistory, memory) });
}

export function onMemoryEvent(page: Page, event: MemoryEvent): void {
  const { memoryLog } = page.store.get();
  if (memoryLog === null || event.number <= (memoryLog[0]?.number ?? 0)) return;
  page.store.set({ memoryLog: [event, ...memoryLog].slice(0, logKept) });
}

// Shows the panel; what it needs beyond the newest reading is asked for now.
export async function openMemory(page: Page): Promise<void> {
  page.store.set({ dialog: { kind: 'memory' }, freed: null });
  try {
    const [history, { events }] = await Promise.all([page.api.memoryHistory(), page.api.memoryEvents(0)]);
    page.store.set({ memoryHistory: history, memoryLog: [...events].reverse() });
  } catch (error) {
    tellError(page, 'note', error);
  }
}

export async function freeMemory(page: Page): Promise<void> {
  if (page.store.get().freeing) return;
  page.store.set({ freeing: true, freed: null });
  try {
    const { done, freed_bytes, memory } = await page.api.optimizeMemory();
    onMemory(page, memory);
    const freed = freedText(done, freed_bytes);
    page.store.set({ freed });
    announce(page, freed);
  } catch (error) {
    tellError(page, 'note', error);
  }
  page.store.set({ freeing: false });
}
