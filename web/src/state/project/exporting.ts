// The original's exports, named and placed as it did: exports/coco_export_20260131_235959 in the project.

import { text } from '../../text/en';
import { announce, tellError } from '../messages';
import type { Page } from '../page';
import { hasProposals } from './jobs';

export type MenuFormat = 'coco' | 'yolo' | 'voc';

function stamp(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${day}_${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}

export function closeExportMenu(page: Page): void {
  page.store.set({ dialog: null });
}

export async function startExport(page: Page, format: MenuFormat, now = new Date()): Promise<void> {
  const state = page.store.get();
  const folder = state.project?.folder;
  const path = `${folder === undefined ? '' : `${folder}/`}exports/${format}_export_${stamp(now)}`;
  try {
    const job = await page.api.startJob({ kind: 'export', format, path, accepted_only: hasProposals(state) });
    announce(page, text.frame.exportBegun(job.title));
  } catch (error) {
    tellError(page, 'note', error);
  }
}
