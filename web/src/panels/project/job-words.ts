// What is said of a job, in the indicator, the banner and the list.

import { count, duration, percent } from '../../model/format';
import type { Job } from '../../model/wire';
import { fractionOf } from '../../state/project/jobs';
import { text } from '../../text/en';

const words = text.jobs;

export function percentOf(job: Job): string {
  const fraction = fractionOf(job);
  return fraction === null ? '' : percent(Math.floor(100 * fraction) / 100);
}

// "412 of 1,000 · 3 min left"
// notPrepared: of an embed job that ended.
export function stateOf(job: Job, notPrepared = 0): string {
  const parts: string[] = [];
  if (job.state === 'done' && notPrepared > 0) parts.push(words.doneBut(text.counted.images(notPrepared)));
  else if (job.state !== 'running') parts.push(words.states[job.state]);
  if (job.state === 'running' && job.total > 0) parts.push(words.of(count(job.done), count(job.total)));
  if (job.state === 'running' && job.left_s > 0) parts.push(words.left(duration(job.left_s)));
  else if (job.state === 'running' && job.seconds >= 1) parts.push(words.runningFor(duration(job.seconds)));
  else if (job.state !== 'running' && job.seconds >= 1) parts.push(words.took(duration(job.seconds)));
  return parts.join('  ·  ');
}
