// Memory as the page follows it: the newest reading always, history and log while the panel is open.

import { extended, freedText } from '../../model/memory';
import type { Memory, MemoryEvent, Optimized } from '../../model/wire';
import { announce, tellError } from '../messages';
import type { Page } from '../page';

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
    const [history, { events }, settings] = await Promise.all([
      page.api.memoryHistory(),
      page.api.memoryEvents(0),
      page.api.memorySettings(),
    ]);
    page.store.set({ memoryHistory: history, memoryLog: [...events].reverse(), prepareAhead: settings.prepare_ahead });
  } catch (error) {
    tellError(page, 'note', error);
  }
}

export function freeMemory(page: Page): Promise<void> {
  return giveBack(page, () => page.api.optimizeMemory());
}

export function clearCaches(page: Page): Promise<void> {
  return giveBack(page, () => page.api.clearCaches());
}

export async function setPrepareAhead(page: Page, on: boolean): Promise<void> {
  const before = page.store.get().prepareAhead;
  page.store.set({ prepareAhead: on });
  try {
    page.store.set({ prepareAhead: (await page.api.setMemorySettings({ prepare_ahead: on })).prepare_ahead });
  } catch (error) {
    page.store.set({ prepareAhead: before });
    tellError(page, 'note', error);
  }
}

async function giveBack(page: Page, ask: () => Promise<Optimized>): Promise<void> {
  if (page.store.get().freeing) return;
  page.store.set({ freeing: true, freed: null });
  try {
    const { done, freed_bytes, memory } = await ask();
    onMemory(page, memory);
    const freed = freedText(done, freed_bytes);
    page.store.set({ freed });
    announce(page, freed);
  } catch (error) {
    tellError(page, 'note', error);
  }
  page.store.set({ freeing: false });
}
