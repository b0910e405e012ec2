// Counts the project by a job of the program, and shows it. One job at a time; it is counted anew when the page is asked
// for it again.

import { asProblem } from '../../model/problem';
import type { Statistics } from '../../model/statistics';
import type { Job } from '../../model/wire';
import { text } from '../../text/en';
import { setFilter } from '../images/image-list';
import { announce, tellError } from '../messages';
import type { Page } from '../page';
import { noStatistics, type StatisticsState } from './statistics-state';

function patch(page: Page, change: Partial<StatisticsState>): void {
  page.store.set({ statistics: { ...page.store.get().statistics, ...change } });
}

export function isCounting(job: Job | null): boolean {
  return job?.state === 'queued' || job?.state === 'running';
}

async function take(page: Page, job: Job): Promise<void> {
  const before = page.store.get().statistics;
  if (before.job?.id !== job.id || before.result !== null || before.problem !== null) return;
  patch(page, { job });
  if (job.state !== 'done') return;
  try {
    const result = await page.api.jobResult<Statistics>(job.id);
    if (page.store.get().statistics.job?.id !== job.id) return;
    patch(page, { result });
    announce(page, text.statistics.counted);
  } catch (error) {
    patch(page, { problem: asProblem(error) });
  }
}

// The event.
export function onStatisticsJob(page: Page, job: Job): void {
  if (job.kind === 'statistics') void take(page, job);
}

export async function countStatistics(page: Page): Promise<void> {
  const old = page.store.get().statistics.job;
  if (isCounting(old)) return;
  page.store.set({ statistics: noStatistics });
  try {
    const job = await page.api.startJob({ kind: 'statistics' });
    patch(page, { job });
    if (old !== null) page.api.removeJob(old.id).catch(() => undefined); // the program drops the oldest by itself
    await take(page, job);
    // It may have ended before its number was known here, and the event with it.
    const jobs = isCounting(job) ? await page.api.jobs() : [];
    const newest = jobs.find(({ id }) => id === job.id);
    if (newest !== undefined) await take(page, newest);
  } catch (error) {
    patch(page, { problem: asProblem(error) });
  }
}

export function openStatistics(page: Page): void {
  page.store.set({ dialog: { kind: 'statistics' } });
  void countStatistics(page);
}

export async function stopCounting(page: Page): Promise<void> {
  const { job } = page.store.get().statistics;
  if (!isCounting(job)) return;
  try {
    await take(page, await page.api.cancelJob(job!.id));
  } catch (error) {
    tellError(page, 'note', error);
  }
}

// The images that have objects of a class, in the list.
export function listClass(page: Page, classId: number): void {
  page.store.set({ dialog: null });
  setFilter(page, { classId }).catch((error: unknown) => tellError(page, 'list', error));
}
