// The images with objects that a reviewer rejected, and what the reviewer wrote; fetched a few at a time.

import type { Annotation, ImageEntry } from '../../model/wire';
import { tellError } from '../messages';
import { afterPrompt, open } from '../images/navigation';
import type { Page } from '../page';
import { select } from '../editing/selecting';
import { startWalk } from './walking';

export interface Rejected {
  readonly entry: ImageEntry;
  readonly annotations: readonly Annotation[]; // rejected ones
}

export interface RejectedPage {
  readonly images: readonly Rejected[];
  readonly total: number; // images
}

export const mendPage = 20;

export async function rejectedFrom(page: Page, offset: number): Promise<RejectedPage> {
  const answer = await page.api.images(offset, mendPage, { states: ['rejected'] });
  const images = await Promise.all(
    answer.images.map(async (entry) => {
      const { annotations } = await page.api.picture(entry.name);
      return { entry, annotations: annotations.filter(({ review }) => review === 'rejected') };
    }),
  );
  return { images, total: answer.total };
}

// Opens the walk through rejected objects at one of them.
export function mend(page: Page, name: string, id: number): void {
  page.store.set({ dialog: null });
  afterPrompt(page, () => void begin(page, name, id).catch((error: unknown) => tellError(page, 'open', error)));
}

async function begin(page: Page, name: string, id: number): Promise<void> {
  if (page.store.get().picture?.name !== name && !(await open(page, name))) return;
  if (page.store.get().review.walk?.kind !== 'mend') startWalk(page, 'mend');
  select(page, id, false);
}
