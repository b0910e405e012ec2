// Long work: what runs and ran, beginning and stopping it. It is the program's: a reload, or another window, shows the
// same. Its end is told once.

import { Problem } from '../../model/problem';
import type { EmbedResult, Job, JobRequest } from '../../model/wire';
import { text } from '../../text/en';
import { reloadList } from '../images/image-list';
import { announce, tell, tellError } from '../messages';
import type { Page } from '../page';
import type { PageState } from '../page-state';

// Kept beside the page, not in its state: nobody draws it.
interface Waiting {
  readonly ends: Map<number, ((job: Job | null) => void)[]>; // who waits for the end of a job; null: it is gone
  readonly trials: Set<number>; // jobs that only find something out: not listed
  readonly here: Set<number>; // begun in this window
  readonly heard: Job[]; // while one is asked for
  asking: number;
}

const waitings = new WeakMap<Page, Waiting>();

function waitingOf(page: Page): Waiting {
  const waiting = waitings.get(page) ?? { ends: new Map(), trials: new Set<number>(), here: new Set<number>(), heard: [], asking: 0 };
  waitings.set(page, waiting);
  return waiting;
}

export function isOver({ state }: Job): boolean {
  return state !== 'queued' && state !== 'running';
}

// The one that runs now; else the next to.
export function runningJob({ jobs }: PageState): Job | null {
  return jobs.list.find(({ state }) => state === 'running') ?? jobs.list.findLast(({ state }) => state === 'queued') ?? null;
}

// The one that changes the project now: until it ends edits are refused.
export function busyWith({ jobs }: PageState): Job | null {
  return jobs.list.find((job) => job.changes_project && job.state === 'running') ?? null;
}

// Says that edits wait, and whether they do.
export function refusedWhileBusy(page: Page): boolean {
  const job = busyWith(page.store.get());
  if (job === null) return false;
  tell(page, 'warning', 'edit', text.jobs.busyTitle, text.jobs.busyDetail(job.title));
  return true;
}

// Of a job: done of all, 0 to 1; null while nobody knows.
export function fractionOf({ state, done, total }: Job): number | null {
  if (state === 'done') return 1;
  return total > 0 ? Math.min(1, done / total) : null;
}

function age(job: Job): number {
  return job.state === 'queued' ? 0 : isOver(job) ? 2 : 1;
}

// An answer and an event come by different ways: the older of the two is not taken.
function isOlder(job: Job, than: Job): boolean {
  return age(job) < age(than) || (age(job) === age(than) && job.done < than.done);
}

const toldKinds: readonly Job['kind'][] = ['embed', 'export', 'import', 'classes'];

// What another window tries out is nobody else's news. No more is a class that it adds.
function isTriedElsewhere(page: Page, job: Job): boolean {
  const changes = job.kind === 'import' || job.kind === 'classes';
  return changes && !job.changes_project && !waitingOf(page).here.has(job.id);
}

function tellEnd(page: Page, job: Job): void {
  if (!toldKinds.includes(job.kind) || isTriedElsewhere(page, job)) return;
  const kind = job.state === 'failed' ? 'error' : 'info';
  tell(page, kind, 'note', job.state === 'cancelled' ? text.jobs.cancelled(job.title) : job.title, job.message);
  announce(page, text.jobs.ended(job.title, job.message));
}

function end(page: Page, id: number, job: Job | null): void {
  const { ends } = waitingOf(page);
  for (const heard of ends.get(id) ?? []) heard(job);
  ends.delete(id);
}

// Another run of the program knows nothing of what an earlier one did; its numbers are never those of before. A job may be
// newer than the list: those that it lacks are asked for again.
async function endLost(page: Page, list: readonly Job[]): Promise<void> {
  const lacks = (all: readonly Job[]) => (id: number) => !all.some((job) => job.id === id);
  const missing = [...waitingOf(page).ends.keys()].filter(lacks(list));
  if (missing.length === 0) return;
  try {
    for (const id of missing.filter(lacks(await page.api.jobs()))) end(page, id, null);
  } catch {
    // the connection is lost again: asked once it is back
  }
}

// An event may come before the answer that says which job it is of: nobody knows yet what that was begun for.
async function ask(page: Page, request: JobRequest, of: 'trials' | 'here'): Promise<Job> {
  const waiting = waitingOf(page);
  waiting.asking += 1;
  try {
    const job = await page.api.startJob(request);
    waiting[of].add(job.id);
    return job;
  } finally {
    waiting.asking -= 1;
    if (waiting.asking === 0) for (const job of waiting.heard.splice(0)) onJob(page, job);
  }
}

// A job that prepared what there was room for is done, and yet not all is.
async function askNotPrepared(page: Page, job: Job): Promise<void> {
  if (job.kind !== 'embed' || job.state !== 'done' || page.store.get().jobs.notPrepared.has(job.id)) return;
  try {
    const { failed, left_out } = await page.api.jobResult<EmbedResult>(job.id);
    const { jobs } = page.store.get();
    page.store.set({ jobs: { ...jobs, notPrepared: new Map([...jobs.notPrepared, [job.id, failed + left_out]]) } });
  } catch {
    // it was removed from the list meanwhile; its message says the same
  }
}

export function onJob(page: Page, job: Job): void {
  const isListed = page.store.get().jobs.list.some(({ id }) => id === job.id);
  if (waitingOf(page).asking > 0 && !isListed) return void waitingOf(page).heard.push(job);
  if (waitingOf(page).trials.has(job.id)) {
    if (isOver(job)) end(page, job.id, job);
    return;
  }
  const { jobs } = page.store.get();
  const known = jobs.list.find(({ id }) => id === job.id);
  if (known !== undefined && isOlder(job, known)) return;
  const list = known === undefined ? [job, ...jobs.list] : jobs.list.map((other) => (other.id === job.id ? job : other));
  page.store.set({ jobs: { ...jobs, list: [...list].sort((a, b) => b.id - a.id) } });
  if (!isOver(job) || (known !== undefined && isOver(known))) return;
  if (known !== undefined || waitingOf(page).here.has(job.id)) tellEnd(page, job);
  void askNotPrepared(page, job);
  if (job.kind === 'embed') reloadList(page).catch((error: unknown) => tellError(page, 'list', error)); // what is kept on disk
  end(page, job.id, job);
}

// All jobs as the program has them: at the start, and when it answers again.
export function takeJobs(page: Page, list: readonly Job[]): void {
  const { trials } = waitingOf(page);
  const { jobs } = page.store.get();
  page.store.set({ jobs: { ...jobs, list: list.filter(({ id }) => !trials.has(id)) } });
  for (const job of list) {
    if (isOver(job)) end(page, job.id, job);
    void askNotPrepared(page, job);
  }
  void endLost(page, list);
}

function whenOver(page: Page, job: Job): Promise<Job | null> {
  if (isOver(job)) return Promise.resolve(job);
  return new Promise((resolve) => {
    const { ends } = waitingOf(page);
    ends.set(job.id, [...(ends.get(job.id) ?? []), resolve]);
  });
}

// Resolves once the program has taken it; null: it did not, and that was told.
export async function startJob(page: Page, request: JobRequest): Promise<Job | null> {
  try {
    const job = await ask(page, request, 'here');
    onJob(page, job);
    return job;
  } catch (error) {
    tellError(page, 'note', error);
    return null;
  }
}

export interface Found<T> {
  readonly result: T;
  readonly message: string; // what it comes to, in a sentence
}

// What a dry run finds. It is not listed. Throws Problem, also if the program is restarted meanwhile.
export async function tryOut<T>(page: Page, request: JobRequest): Promise<Found<T>> {
  const begun = await ask(page, request, 'trials');
  const { jobs } = page.store.get(); // all were asked for meanwhile
  page.store.set({ jobs: { ...jobs, list: jobs.list.filter(({ id }) => id !== begun.id) } });
  const waiting = whenOver(page, begun);
  const now = (await page.api.jobs()).find(({ id }) => id === begun.id); // its end may have come first
  const job = now === undefined ? null : isOver(now) ? now : await waiting;
  if (job === null) throw new Problem(410, 'about:blank', begun.title, text.jobs.lost);
  if (job.state !== 'done') throw new Problem(422, 'about:blank', job.title, job.message);
  const result = await page.api.jobResult<T>(job.id);
  page.api.removeJob(job.id).catch(() => undefined);
  return { result, message: job.message };
}

export async function cancelJob(page: Page, id: number): Promise<void> {
  try {
    onJob(page, await page.api.cancelJob(id));
  } catch (error) {
    tellError(page, 'note', error);
  }
}

export async function removeJob(page: Page, id: number): Promise<void> {
  try {
    await page.api.removeJob(id);
    const { jobs } = page.store.get();
    page.store.set({ jobs: { ...jobs, list: jobs.list.filter((job) => job.id !== id) } });
  } catch (error) {
    tellError(page, 'note', error);
  }
}

export async function removeEnded(page: Page): Promise<void> {
  for (const job of page.store.get().jobs.list.filter(isOver)) await removeJob(page, job.id);
}

export async function loadFormats(page: Page): Promise<void> {
  if (page.store.get().jobs.formats !== null) return;
  try {
    const formats = await page.api.formats();
    page.store.set({ jobs: { ...page.store.get().jobs, formats } });
  } catch (error) {
    tellError(page, 'note', error);
  }
}

function stamp(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${day}_${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}

// As the original named them. extension: of the single file; empty: a folder.
export function exportName(format: string, extension: string, now: Date): string {
  return `${format}_export_${stamp(now)}${extension === '' || extension.startsWith('.') ? extension : `.${extension}`}`;
}

// Proposals that nobody looked at are no ground truth: exports leave them out where there are any, or may be.
export function hasProposals({ progress }: PageState): boolean {
  return progress === null || progress.proposals > 0;
}

export function defaultFolder({ project }: PageState): string {
  return project?.folder === undefined ? '' : `${project.folder}/exports`;
}
