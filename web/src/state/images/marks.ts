// What a person says of a whole image.

import { text } from '../../text/en';
import { edit } from '../editing/editing';
import type { Page } from '../page';

export function toggleReviewed(page: Page): void {
  const { picture } = page.store.get();
  if (picture === null) return;
  const reviewed = !picture.reviewed;
  void edit(page, { type: 'mark', reviewed }, reviewed ? text.review.markedReviewed : text.review.markedUnreviewed);
}

export function toggleFaulty(page: Page): void {
  const { picture } = page.store.get();
  if (picture === null) return;
  const faulty = !picture.faulty;
  void edit(page, { type: 'mark', faulty }, faulty ? text.review.markedFaulty : text.review.markedSound);
}
