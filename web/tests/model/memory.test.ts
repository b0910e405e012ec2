import { describe, expect, test } from 'vitest';
import { advice, bytes, diskText, extended, freedText, historyMs, marks, ownText, segments, tightest, usedText } from '../../src/model/memory';
import { text } from '../../src/text/en';
import type { Memory, MemoryDomain, MemoryHistory } from '../../src/model/wire';
import { makeRandom } from '../random';

const GB = 2 ** 30;

function domain(change: Partial<MemoryDomain> = {}): MemoryDomain {
  return {
    domain: 'host',
    name: 'Host',
    used: 4 * GB,
    total: 8 * GB,
    free: 4 * GB,
    own: 3 * GB,
    limit: 7 * GB,
    reserved: 2.5 * GB,
    other: 0.5 * GB,
    by_owner: { weights: GB, scratch: 0.5 * GB, images: 0.5 * GB, embeddings: 0.5 * GB, predictions: 0 },
    utilization: 0.5,
    pressure: 3 / 7,
    level: 'normal',
    readable: true,
    formatted: '',
    ...change,
  };
}

function memory(domains: readonly MemoryDomain[], level: Memory['level'] = 'normal', time = 0): Memory {
  const thresholds = { warning: 0.8, critical: 0.95 };
  const recovery = { operations: 0, exhausted: 0, rungs: [] };
  return { time_ms: time, line: '', level, message: '', thresholds, domains, caches: [], recovery };
}

test('what is on disk is a line of its own, and nothing is said where nothing is kept there', () => {
  const inMemory = { name: 'embeddings', entries: 3, bytes: 3 * GB, hits: 9, misses: 1 };
  const onDisk = { name: 'embeddings_on_disk', entries: 1, bytes: 2 ** 21, hits: 0, misses: 1, limit: 4 * GB, dropped: 0, damaged: 0 };
  const told = (...caches: Memory['caches']) => diskText({ ...memory([]), caches });
  expect(told(inMemory)).toBeNull();
  expect(told(inMemory, onDisk)).toBe('1 embedding, 2 MB of at most 4.0 GB');
  expect(told({ ...onDisk, entries: 0, bytes: 0 })).toBe('No embeddings yet, at most 4.0 GB');
  expect(told({ ...onDisk, entries: 1200, hits: 40, dropped: 2, damaged: 1 })).toBe(
    '1,200 embeddings, 2 MB of at most 4.0 GB; 40 read instead of encoding again; 2 not written, for lack of memory, time or room; 1 found damaged and removed',
  );
});

test('bytes for people', () => {
  expect(bytes(0)).toBe('0 B');
  expect(bytes(1023)).toBe('1023 B');
  expect(bytes(1024)).toBe('1 KB');
  expect(bytes(812 * 2 ** 20)).toBe('812 MB');
  expect(bytes(GB - 1)).toBe('1.0 GB');
  expect(bytes(7.25 * GB)).toBe('7.3 GB');
  expect(bytes(141 * GB)).toBe('141 GB');
  expect(bytes(-5)).toBe('0 B');
});

describe('the bar', () => {
  test('ours from the left, others from the right, free between', () => {
    const parts = segments(domain());
    expect(parts.map(({ holder }) => holder)).toEqual([
      'weights',
      'scratch',
      'images',
      'embeddings',
      'predictions',
      'other',
      'free',
      'others',
    ]);
    expect(parts[0]!.width).toBeCloseTo(1 / 8);
    expect(parts.at(-2)).toMatchObject({ bytes: 4 * GB, from: 3 / 8 });
    expect(parts.at(-1)).toMatchObject({ bytes: GB, from: 7 / 8 });
  });

  test('whatever the numbers are, it is full and nothing sticks out', () => {
    const random = makeRandom(7);
    const some = () => (random(0, 1) < 0.2 ? 0 : Math.floor(random(0, 9 * GB)));
    for (let i = 0; i < 500; ++i) {
      const by_owner = { weights: some(), scratch: some(), images: some(), embeddings: some(), predictions: some() };
      const parts = segments(domain({ total: some(), used: some(), own: some(), other: some(), by_owner }));
      let at = 0;
      for (const part of parts) {
        expect(part.from).toBeCloseTo(at, 9);
        expect(part.width).toBeGreaterThanOrEqual(0);
        at = part.from + part.width;
      }
      expect(at === 0 || Math.abs(at - 1) < 1e-9).toBe(true);
    }
  });

  test('marks stand at shares of the limit; an unknown total has none', () => {
    const thresholds = { warning: 0.8, critical: 0.95 };
    const at = marks(domain(), thresholds)!;
    expect(at.limit).toBeCloseTo(7 / 8);
    expect(at.warning).toBeCloseTo(0.7);
    expect(at.critical).toBeCloseTo(0.83125);
    expect(marks(domain({ limit: 99 * GB }), thresholds)!.limit).toBe(1);
    expect(marks(domain({ total: 0 }), thresholds)).toBeNull();
  });
});

test('the tightest domain of the worst level is the one spoken of', () => {
  const card = domain({ domain: 'cuda:0', name: 'a card', level: 'warning', pressure: 0.85 });
  const tighter = domain({ domain: 'cuda:1', name: 'another', level: 'warning', pressure: 0.9 });
  expect(tightest(memory([domain({ pressure: 0.99 }), card, tighter], 'warning'))?.domain).toBe('cuda:1');
  expect(tightest(memory([]))).toBeUndefined();
});

test('what cannot be read is unknown, with its last numbers marked as such, and nothing is said of its level', () => {
  const lost = domain({ domain: 'cuda:0', name: 'a card', level: 'unknown', readable: false, utilization: 0.97, used: 7.8 * GB });
  expect(text.memory.levels[lost.level]).toBe('Cannot be read');
  expect(usedText(lost)).toBe('last known: 7.8 GB of 8.0 GB in use by everybody (97 %)');
  expect(usedText(domain())).toBe('4.0 GB of 8.0 GB in use by everybody (50 %)');
  expect(tightest(memory([domain(), lost]))?.domain).toBe('host');
  expect(advice(memory([domain(), lost]))).toBeNull();
});

test('where no limit is known none is shown', () => {
  const never = domain({ level: 'unknown', readable: false, used: 0, total: 0, own: GB, limit: 2 ** 50 });
  expect(ownText(never)).toBe('1.0 GB held by SAM Annotator; no limit is known');
  expect(usedText(never)).toBe('no numbers yet');
  expect(ownText(domain())).toBe('3.0 GB of the 7.0 GB SAM Annotator may have (43 %)');
});

test('the sentence says what happens and what helps, and goes at normal', () => {
  expect(advice(memory([domain()]))).toBeNull();
  expect(advice(memory([], 'critical'))).toBeNull();
  const ours = domain({ level: 'warning', pressure: 0.86, utilization: 0.7, own: 6 * GB });
  expect(advice(memory([ours], 'warning'))).toBe(
    'Memory is getting tight (SAM Annotator holds 6.0 GB of its 7.0 GB): nothing new is kept for later; smaller pictures or a smaller model would help.',
  );
  const both = domain({ level: 'warning', pressure: 0.87, utilization: 0.88, own: 6 * GB });
  expect(advice(memory([both], 'warning'))).toContain('SAM Annotator holds 6.0 GB');
  const theirs = domain({ domain: 'cuda:0', name: 'a card', level: 'critical', utilization: 0.97, used: 7.8 * GB });
  expect(advice(memory([domain(), theirs], 'critical'))).toBe(
    'Memory of a card is nearly used up (7.8 GB of 8.0 GB are in use, 3.0 GB by SAM Annotator): new steps free memory first and may be refused; closing other programs would help.',
  );
});

test('the history grows by each reading and forgets what is older than ten minutes', () => {
  const none = { domain: 'host', own: [], limit: [], utilization: [], pressure: [] };
  let history: MemoryHistory = { interval_ms: 2000, time_ms: [], domains: [none] };
  for (let i = 0; i < 400; ++i) history = extended(history, memory([domain({ own: i })], 'normal', 2000 * i));
  expect(history.time_ms).toHaveLength(historyMs / 2000);
  expect(history.time_ms.at(-1)).toBe(798_000);
  expect(history.domains[0]!.own).toHaveLength(history.time_ms.length);
  expect(history.domains[0]!.own.at(-1)).toBe(399);
  expect(extended(history, memory([domain()], 'normal', 798_000))).toBe(history);
});

test('what the button says', () => {
  expect(freedText(true, 300 * 2 ** 20)).toBe('300 MB came back.');
  expect(freedText(true, 0)).toBe('There was nothing to give back.');
  expect(freedText(false, 0)).toBe('There was nothing to give back.');
});
