import { expect, test } from 'vitest';
import { clearCaches, freeMemory, onMemory, onMemoryEvent, openMemory, setPrepareAhead } from '../../../src/state/project/memory';
import { FakeProgram, pageOn } from '../fake-program';

const entry = (number: number) => ({ number, time_ms: number, kind: 'level', text: `entry ${number}` });

test('the panel opens with the log newest first, and new entries come on top, once', async () => {
  const program = new FakeProgram(['a.jpg']);
  program.log.push(entry(1), entry(2));
  const page = pageOn(program);
  onMemoryEvent(page, entry(1)); // nobody looks
  expect(page.store.get().memoryLog).toBeNull();
  await openMemory(page);
  expect(page.store.get().dialog).toEqual({ kind: 'memory' });
  onMemoryEvent(page, entry(2));
  onMemoryEvent(page, entry(3));
  expect(page.store.get().memoryLog!.map(({ number }) => number)).toEqual([3, 2, 1]);
  for (let i = 4; i < 500; ++i) onMemoryEvent(page, entry(i));
  expect(page.store.get().memoryLog).toHaveLength(200);
  onMemory(page, { ...(await program.api.memory()), time_ms: 5 });
  expect(page.store.get().memoryHistory!.time_ms).toEqual([5]);
});

test('the button says what came back, and a failure is told', async () => {
  const program = new FakeProgram(['a.jpg']);
  const page = pageOn(program);
  const freeing = freeMemory(page);
  expect(page.store.get().freeing).toBe(true);
  await freeing;
  expect(page.store.get()).toMatchObject({ freeing: false, freed: '300 MB came back.' });
  program.api.optimizeMemory = () => Promise.reject(new TypeError('no connection'));
  await freeMemory(page);
  expect(page.store.get()).toMatchObject({ freeing: false, freed: null });
  expect(page.store.get().toasts).toHaveLength(1);
});

test('clearing the caches says what came back, or that there was nothing', async () => {
  const page = pageOn(new FakeProgram(['a.jpg']));
  await clearCaches(page);
  expect(page.store.get()).toMatchObject({ freeing: false, freed: 'There was nothing to give back.' });
});

test('preparing ahead is switched in the program, and shown as it is there', async () => {
  const program = new FakeProgram(['a.jpg']);
  const page = pageOn(program);
  program.preparesAhead = false;
  await openMemory(page);
  expect(page.store.get().prepareAhead).toBe(false);
  await setPrepareAhead(page, true);
  expect(program.preparesAhead).toBe(true);
  program.api.setMemorySettings = () => Promise.reject(new TypeError('no connection'));
  await setPrepareAhead(page, false);
  expect(page.store.get().prepareAhead).toBe(true);
  expect(page.store.get().toasts).toHaveLength(1);
});
