import { beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '../../../src/model/problem';
import { byCount, type ClassStatistics } from '../../../src/model/statistics';
import type { Job } from '../../../src/model/wire';
import type { Page } from '../../../src/state/page';
import { countStatistics, listClass, onStatisticsJob, openStatistics, stopCounting } from '../../../src/state/project/statistics';
import { FakeProgram, pageOn, settle } from '../fake-program';

let program: FakeProgram;
let page: Page;
let jobs: Job[];
let removed: number[];

const job = (change: Partial<Job>): Job => ({
  id: 7,
  kind: 'statistics',
  title: 'Statistics',
  state: 'running',
  done: 0,
  total: 4,
  seconds: 0,
  left_s: 0,
  message: '',
  log: [],
  started_ms: 0,
  changes_project: false,
  ...change,
});
const shown = () => page.store.get().statistics;

beforeEach(() => {
  program = new FakeProgram(['a.jpg']);
  page = pageOn(program);
  jobs = [];
  removed = [];
  let id = 6;
  program.api.startJob = async () => {
    const made = job({ id: ++id });
    jobs = [made, ...jobs];
    return made;
  };
  program.api.jobs = async () => jobs;
  program.api.removeJob = async (number) => void removed.push(number);
  program.api.jobResult = async <T>(number: number) => ({ images: number }) as T;
  program.api.cancelJob = async (number) => job({ id: number, state: 'cancelled', message: 'stopped' });
});

describe('statistics', () => {
  test('progress comes by events, the numbers when the job is done', async () => {
    openStatistics(page);
    await settle();
    expect(page.store.get().dialog).toEqual({ kind: 'statistics' });
    onStatisticsJob(page, job({ done: 2 }));
    expect(shown().job?.done).toBe(2);
    onStatisticsJob(page, job({ id: 99, done: 4, state: 'done' }));
    expect(shown().job?.id).toBe(7);
    onStatisticsJob(page, job({ done: 4, state: 'done' }));
    await settle();
    expect(shown().result).toEqual({ images: 7 });
  });

  test('a job that ended before its number was known is not waited for', async () => {
    const { startJob } = program.api;
    program.api.startJob = async (request) => {
      const made = await startJob(request);
      jobs = [job({ done: 4, state: 'done' })];
      onStatisticsJob(page, jobs[0]!);
      return made;
    };
    await countStatistics(page);
    await settle();
    expect(shown().result).toEqual({ images: 7 });
  });

  test('counting again drops the job before; while one runs none is begun', async () => {
    await countStatistics(page);
    await countStatistics(page);
    expect(shown().job?.id).toBe(7);
    onStatisticsJob(page, job({ state: 'done' }));
    await settle();
    await countStatistics(page);
    expect(shown()).toMatchObject({ job: { id: 8 }, result: null });
    expect(removed).toEqual([7]);
  });

  test('it can be stopped, and tells why it failed', async () => {
    await countStatistics(page);
    await stopCounting(page);
    expect(shown().job).toMatchObject({ state: 'cancelled', message: 'stopped' });
    program.api.startJob = async () => {
      throw new Problem(503, 'about:blank', 'No memory', 'Close another window.');
    };
    await countStatistics(page);
    expect(shown().problem?.title).toBe('No memory');
  });

  test('a class lists its images', async () => {
    listClass(page, 3);
    await settle();
    expect(page.store.get().images.filter).toEqual({ classId: 3 });
    expect(page.store.get().dialog).toBeNull();
  });

  test('classes are shown by how frequent they are, then by name', () => {
    const seconds = { objects: 0, median: 0, mean: 0, sum: 0 };
    const areas = { min: 0, median: 0, mean: 0, max: 0, small: 0, medium: 0, large: 0 };
    const item = (name: string, annotations: number): ClassStatistics => ({ id: 0, name, annotations, images: 1, areas, seconds });
    const sorted = byCount([item('b', 1), item('c', 5), item('a', 1)]);
    expect(sorted.map(({ name }) => name)).toEqual(['c', 'a', 'b']);
  });
});
