// Accepts the proposals above a score on all images, one image after another; it can be stopped between two. An image
// that another window has, or that changed meanwhile, is passed over and counted.

import { asProblem, isConflict } from '../../model/problem';
import { above, isProposal } from '../../model/walk';
import type { ImageFilter } from '../../model/wire';
import { text } from '../../text/en';
import { edit } from '../editing/editing';
import { patchByName } from '../images/image-list';
import { announce, tellError } from '../messages';
import type { Page } from '../page';
import type { Sweep } from './review-state';

const words = text.review;
const filter: ImageFilter = { states: ['proposed'] };

function patch(page: Page, sweep: Sweep): void {
  page.store.set({ review: { ...page.store.get().review, sweep } });
}

// How many were accepted; null: the image was passed over.
async function sweepImage(page: Page, name: string, score: number): Promise<number | null> {
  const isHere = () => page.store.get().picture?.name === name;
  const picture = isHere() ? page.store.get().picture! : await page.api.picture(name);
  const ids = above(picture.annotations, score).map(({ id }) => id);
  if (ids.length === 0) return 0;
  const change = { type: 'review', ids, review: 'accepted' } as const;
  if (isHere()) return (await edit(page, change, words.done.acceptedMany(ids.length))) ? ids.length : null;
  try {
    const edit_id = `${page.window}-sweep-${page.nextId++}`;
    const { annotations } = await page.api.edit(name, { revision: picture.revision, edit_id, edit: change });
    patchByName(page, name, { proposals: annotations.filter(isProposal).length });
    return ids.length;
  } catch (error) {
    if (isConflict(error) || asProblem(error).status === 423) return null;
    throw error;
  }
}

export async function sweep(page: Page, score: number): Promise<void> {
  if (page.store.get().review.sweep?.running === true) return;
  let now: Sweep = { running: true, images: 0, of: 0, accepted: 0, passedOver: 0 };
  patch(page, now);
  const goesOn = () => page.store.get().review.sweep?.running === true;
  try {
    const first = await page.api.images(0, 1, filter);
    now = { ...now, of: first.total };
    for (let entry = first.images[0] ?? null; entry !== null && goesOn(); ) {
      const accepted = await sweepImage(page, entry.name, score);
      now = {
        ...now,
        running: goesOn(),
        images: now.images + 1,
        accepted: now.accepted + (accepted ?? 0),
        passedOver: now.passedOver + (accepted === null ? 1 : 0),
      };
      patch(page, now);
      entry = await page.api.nextImage(entry.position, 1, filter);
    }
    announce(page, words.swept(now.accepted, now.images));
  } catch (error) {
    tellError(page, 'note', error);
  }
  patch(page, { ...now, running: false });
}

export function stopSweep(page: Page): void {
  const { sweep: now } = page.store.get().review;
  if (now?.running === true) patch(page, { ...now, running: false });
}
