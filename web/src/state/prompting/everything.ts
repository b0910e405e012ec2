// Everything mode: the program looks for segments on a grid of points, as a job; what it finds is offered, and each is
// accepted or put away. A job goes on when another picture is opened and is found again on coming back, also after a
// reload.

import { boxIou, type Point } from '../../geometry/box';
import { area as areaText, count, percent } from '../../model/format';
import { asProblem } from '../../model/problem';
import type { Annotation, Candidate, EverythingResult, Job } from '../../model/wire';
import { text } from '../../text/en';
import { make } from '../editing/editing';
import { noEverything, type Everything } from './everything-state';
import { announce, tell, tellError } from '../messages';
import type { Page } from '../page';
import type { PageState } from '../page-state';
import { clearPrompt, hasPrompt } from './prompting';
import { smallestAt } from '../editing/selecting';
import { isPrompting } from '../editing/tools-state';
import { takeSeconds } from '../review/work-clock';

interface Known {
  readonly jobs: Map<string, Job>; // the newest of each picture; as many as the program keeps
  found: { readonly job: Job; readonly segments: readonly Candidate[] } | null; // on the picture on screen
  readonly done: Map<number, Set<string>>; // masks put away or just being accepted, by job
  readonly accepted: Map<number, Map<string, number>>; // the annotations that masks became, by job
  readonly running: Set<number>; // jobs whose end is still to be announced
  readonly closed: Set<number>; // jobs to be removed once they have ended
  fetching: boolean;
  again: boolean; // there is more since the fetch began
}

// Kept beside the page, not in its state: nobody draws it.
const knownOf = new WeakMap<Page, Known>();

function known(page: Page): Known {
  const it = knownOf.get(page) ?? { jobs: new Map(), found: null, done: new Map(), accepted: new Map(), running: new Set(), closed: new Set(), fetching: false, again: false };
  knownOf.set(page, it);
  return it;
}

export function isRunning(job: Job | null): boolean {
  return job?.state === 'running' || job?.state === 'queued';
}

// The search of this picture is in front: neither a tool by hand nor a review is.
export function searches(state: PageState): boolean {
  return state.everything.job !== null && isPrompting(state.mode) && state.review.walk === null;
}

// Segments may be clicked now; a prompt goes before them.
export function offersSegments(state: PageState): boolean {
  return searches(state) && state.everything.segments.length > 0 && !hasPrompt(state);
}

// Without those put away, and those whose annotations are there; after a reload these are known by place and area.
function left(page: Page): readonly Candidate[] {
  const { found, accepted, done } = known(page);
  if (found === null) return [];
  const [put, became] = [done.get(found.job.id), accepted.get(found.job.id)];
  const annotations = page.store.get().picture?.annotations ?? [];
  const place = ({ box, area }: Pick<Annotation, 'box' | 'area'>) => `${box.join(' ')} ${area}`;
  const [ids, places] = [new Set(annotations.map(({ id }) => id)), new Set(annotations.map(place))];
  return found.segments.filter(
    (segment) => put?.has(segment.rle) !== true && !ids.has(became?.get(segment.rle) ?? -1) && !places.has(place(segment)),
  );
}

const leastIou = 0.6; // of boxes; the program counts masks as one from 0.7 on

// The program's next answer has the marked one again, as another object, or a better mask of the same thing.
function sameSegment(segments: readonly Candidate[], marked: Candidate | null): Candidate | null {
  if (marked === null) return null;
  const same = segments.find(({ rle }) => rle === marked.rle);
  if (same !== undefined) return same;
  const like = segments.map((segment) => ({ segment, iou: boxIou(segment.box, marked.box) })).sort((a, b) => b.iou - a.iou)[0];
  return like !== undefined && like.iou >= leastIou ? like.segment : null;
}

function offerLeft(page: Page): void {
  const { everything } = page.store.get();
  const segments = left(page);
  const hovered = sameSegment(segments, everything.hovered);
  page.store.set({ everything: { ...everything, segments, hovered, found: known(page).found?.segments.length ?? 0 } });
}

function spokenSegment({ segments, hovered }: Everything): string {
  if (hovered === null) return text.prompting.everythingNoneLeft;
  const { score, area } = hovered;
  return text.prompting.everythingMarked(segments.indexOf(hovered) + 1, segments.length, areaText(area), percent(score));
}

// The end of a search, once, when what it found is there.
function announceEnd(page: Page, job: Job): void {
  const { running } = known(page);
  if (isRunning(job) || !running.delete(job.id)) return;
  announce(page, text.prompting.everythingEnded(text.counted.segments(page.store.get().everything.segments.length)));
}

async function fetchSegments(page: Page, job: Job): Promise<void> {
  const state = known(page);
  if (state.fetching) {
    state.again = true;
    return;
  }
  state.fetching = true;
  try {
    const { segments } = await page.api.jobResult<EverythingResult>(job.id);
    if (page.store.get().everything.job?.id !== job.id) return;
    state.found = { job, segments };
    offerLeft(page);
    announceEnd(page, job);
  } catch (error) {
    if (asProblem(error).status === 404) lose(page, job);
    else if (!isRunning(job)) tellError(page, 'note', error);
  } finally {
    state.fetching = false;
    if (state.again) {
      state.again = false;
      const now = page.store.get().everything.job;
      if (now !== null) void fetchSegments(page, now);
    }
  }
}

function take(page: Page, job: Job): void {
  const { everything } = page.store.get();
  const same = everything.job?.id === job.id;
  if (isRunning(job)) known(page).running.add(job.id);
  if (!same) known(page).found = null;
  page.store.set({ everything: same ? { ...everything, job } : { ...everything, job, segments: [], hovered: null, found: 0 } });
  if (job.state === 'failed') tell(page, 'error', 'note', job.title, job.message);
  else if (job.done > 0 || !isRunning(job)) void fetchSegments(page, job);
}

// A job of any kind began, went on or ended.
export function onEverythingJob(page: Page, job: Job): void {
  if (job.kind !== 'everything' || job.image === undefined) return;
  if (known(page).closed.has(job.id)) return removeEnded(page, job);
  const before = known(page).jobs.get(job.image);
  if (before !== undefined && before.id > job.id) return;
  known(page).jobs.set(job.image, job);
  if (page.store.get().picture?.name === job.image && (before !== undefined || isRunning(job))) take(page, job);
}

export async function startEverything(page: Page): Promise<void> {
  const { picture, everything } = page.store.get();
  if (picture === null || isRunning(everything.job)) return;
  clearPrompt(page);
  try {
    forget(page);
    const request = { kind: 'everything', image: picture.name, points_per_side: everything.pointsPerSide } as const;
    const job = await page.api.startJob(request);
    announce(page, text.prompting.everythingStart);
    if (known(page).jobs.get(picture.name)?.id !== job.id) onEverythingJob(page, job); // unless its event was faster
  } catch (error) {
    tellError(page, 'note', error);
  }
}

// The program drops what the last search on this picture found.
function forget(page: Page): void {
  const { picture, everything } = page.store.get();
  const { job } = everything;
  page.store.set({ everything: { ...noEverything, pointsPerSide: everything.pointsPerSide } });
  known(page).found = null;
  if (job === null || picture === null) return;
  known(page).jobs.delete(picture.name);
  known(page).done.delete(job.id);
  known(page).accepted.delete(job.id);
  known(page).running.delete(job.id);
  known(page).closed.add(job.id);
  removeEnded(page, job);
}

// One that still runs is removed when its end is told.
function removeEnded(page: Page, job: Job): void {
  if (isRunning(job)) return;
  known(page).closed.delete(job.id);
  page.api.removeJob(job.id).catch(() => undefined); // it may be gone already
}

export function stopEverything(page: Page): void {
  const { job } = page.store.get().everything;
  if (job === null) return;
  page.api.cancelJob(job.id).catch((error: unknown) => {
    if (asProblem(error).status === 404) lose(page, job);
    else tellError(page, 'note', error);
  });
}

// The program was started again and knows nothing of it. What was found stays on offer until the image is left.
function lose(page: Page, job: Job): void {
  const { jobs, running, closed, found, done, accepted } = known(page);
  closed.delete(job.id);
  running.delete(job.id);
  if (jobs.get(job.image!)?.id !== job.id) return;
  jobs.delete(job.image!);
  const words = text.prompting;
  const { everything } = page.store.get();
  const isHere = everything.job?.id === job.id; // its bar says so, as long as the image is open
  if (isRunning(job) && isHere) tell(page, 'info', 'note', words.everythingLost, words.everythingLostHere);
  if (isRunning(job) && !isHere) tell(page, 'warning', 'note', words.everythingLost, words.everythingLostOn(job.image!));
  if (!isHere) {
    done.delete(job.id);
    accepted.delete(job.id);
  } else if (isRunning(job)) {
    page.store.set({ everything: { ...everything, job: { ...job, state: 'failed', message: words.everythingLost } } });
  } else if (found === null) {
    page.store.set({ everything: { ...noEverything, pointsPerSide: everything.pointsPerSide } });
  }
}

// What was found goes; accepted annotations stay.
export function closeEverything(page: Page): void {
  if (isRunning(page.store.get().everything.job)) stopEverything(page);
  forget(page);
}

export function setPointsPerSide(page: Page, pointsPerSide: number): void {
  page.store.set({ everything: { ...page.store.get().everything, pointsPerSide } });
}

export function hoverSegment(page: Page, at: Point | null): void {
  const { everything } = page.store.get();
  const hovered = at === null ? null : smallestAt(everything.segments, at);
  if (hovered !== everything.hovered) page.store.set({ everything: { ...everything, hovered } });
}

export function markNextSegment(page: Page, step: 1 | -1): void {
  const { everything } = page.store.get();
  const { segments, hovered } = everything;
  if (segments.length === 0) return;
  const at = hovered === null ? (step > 0 ? -1 : 0) : segments.indexOf(hovered);
  const next = segments[(at + step + segments.length) % segments.length]!;
  page.store.set({ everything: { ...everything, hovered: next } });
  announce(page, spokenSegment(page.store.get().everything));
}

function remove(page: Page, segment: Candidate): void {
  const { everything } = page.store.get();
  const { job, segments, hovered } = everything;
  if (job !== null) known(page).done.set(job.id, (known(page).done.get(job.id) ?? new Set()).add(segment.rle));
  const at = segments.indexOf(segment);
  const rest = segments.filter((each) => each !== segment);
  const next = hovered === segment && rest.length > 0 ? rest[Math.min(at, rest.length - 1)]! : null;
  page.store.set({ everything: { ...everything, segments: rest, hovered: next } });
}

// Becomes an annotation of the chosen class; it is offered again if the edit is refused or taken back.
export async function acceptSegment(page: Page, segment: Candidate): Promise<boolean> {
  const { classId, everything } = page.store.get();
  const { job } = everything;
  if (job === null) return false;
  if (classId === null) {
    tell(page, 'warning', 'edit', text.prompting.chooseClass, text.prompting.chooseClassDetail);
    return false;
  }
  const byKey = segment === everything.hovered;
  remove(page, segment);
  const { rle, score } = segment;
  const change = { type: 'add', class_id: classId, rle, score, seconds: takeSeconds(page) } as const;
  const said = text.prompting.everythingAdded(byKey ? spokenSegment(page.store.get().everything) : null);
  const made = await make(page, change, said, null, -page.nextId++);
  const stored = made?.outcome === 'stored';
  const { accepted, done } = known(page);
  if (stored) accepted.set(job.id, (accepted.get(job.id) ?? new Map<string, number>()).set(rle, made.made!));
  done.get(job.id)?.delete(rle);
  if (page.store.get().everything.job?.id === job.id) offerLeft(page);
  return stored;
}

// False where no segment is on offer.
export function acceptSegmentAt(page: Page, at: Point): boolean {
  const state = page.store.get();
  const segment = offersSegments(state) ? smallestAt(state.everything.segments, at) : null;
  if (segment === null) return false;
  void acceptSegment(page, segment);
  return true;
}

// All wait to be sent at once, as edits of this image: another image is opened behind them, and a reload loses none.
export async function acceptAllSegments(page: Page): Promise<void> {
  const { classId, everything, picture } = page.store.get();
  const { segments } = everything;
  if (picture === null || segments.length === 0) return;
  if (classId === null) return void acceptSegment(page, segments[0]!); // which says why not
  const stored = await Promise.all(segments.map((segment) => acceptSegment(page, segment)));
  const added = stored.filter(Boolean).length;
  const words = text.prompting.everythingAddedOf(count(added), count(segments.length), picture.name);
  if (added === segments.length) announce(page, words);
  else tell(page, 'warning', 'note', words, text.prompting.everythingNotAdded);
}

export function putAwaySegment(page: Page): void {
  const { hovered } = page.store.get().everything;
  if (hovered === null) return;
  remove(page, hovered);
  announce(page, spokenSegment(page.store.get().everything));
}

// The segments found belong to one picture. Returns the stop.
export function watchEverything(page: Page): () => void {
  let name = page.store.get().picture?.name;
  let annotations = page.store.get().picture?.annotations;
  return page.store.subscribe(() => {
    const { picture, everything } = page.store.get();
    const same = picture?.annotations === annotations;
    annotations = picture?.annotations;
    if (picture?.name === name) return void (same || known(page).found === null || offerLeft(page));
    known(page).found = null;
    name = picture?.name;
    const job = name === undefined ? undefined : known(page).jobs.get(name);
    page.store.set({ everything: { ...noEverything, pointsPerSide: everything.pointsPerSide } });
    if (job !== undefined) take(page, job);
  });
}

// All jobs as the program has them: at the start, and when it answers again.
export function restoreEverything(page: Page, jobs: readonly Job[]): void {
  const before = known(page).jobs;
  const listed = new Set(jobs.map(({ id }) => id));
  for (const id of known(page).closed) if (!listed.has(id)) known(page).closed.delete(id);
  for (const job of [...before.values()]) if (!listed.has(job.id)) lose(page, job);
  for (const job of [...jobs].reverse()) {
    if (job.kind !== 'everything' || job.image === undefined) continue;
    if (known(page).closed.has(job.id)) {
      removeEnded(page, job);
      continue;
    }
    if (job.state === 'failed' && before.get(job.image)?.id !== job.id) continue;
    before.set(job.image, job);
    if (page.store.get().picture?.name === job.image) take(page, job);
  }
}
