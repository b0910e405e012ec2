// Objects put on an image by another window, as an import or a model would.

import { expect, type Page } from '@playwright/test';
import type { Annotation, Edit, Picture, Review } from '../src/model/wire';

export interface Put {
  readonly box: readonly [x0: number, y0: number, x1: number, y1: number]; // fractions of the picture
  readonly classId?: number;
  readonly score?: number;
  readonly review?: Review;
}

function address(url: string, name: string): string {
  return new URL(`/api/v1/images/${encodeURIComponent(name)}`, url).href;
}

export async function pictureOf(page: Page, url: string, name: string): Promise<Picture> {
  const answer = await page.request.get(address(url, name));
  return (await answer.json()) as Picture;
}

async function edit(page: Page, url: string, name: string, change: Edit): Promise<Picture> {
  const { revision } = await pictureOf(page, url, name);
  const answer = await page.request.post(`${address(url, name)}/edits`, {
    data: { revision, edit_id: crypto.randomUUID(), edit: change },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as Picture;
}

// Returns them as the program has them.
export async function put(page: Page, url: string, name: string, objects: readonly Put[]): Promise<readonly Annotation[]> {
  const { width, height } = await pictureOf(page, url, name);
  const ids: number[] = [];
  for (const { box, classId = 0, score = 0, review = '' } of objects) {
    const [x0, y0, x1, y1] = [box[0] * width, box[1] * height, box[2] * width, box[3] * height].map(Math.round) as [
      number,
      number,
      number,
      number,
    ];
    const outer = [[x0, y0] as const, [x1, y0] as const, [x1, y1] as const, [x0, y1] as const];
    const made = await edit(page, url, name, {
      type: 'add',
      class_id: classId,
      polygon: [{ outer, holes: [] }],
      score,
    });
    const { id } = made.annotations.at(-1)!;
    ids.push(id);
    if (review !== '') await edit(page, url, name, { type: 'review', ids: [id], review });
  }
  const { annotations } = await pictureOf(page, url, name);
  return ids.map((id) => annotations.find((annotation) => annotation.id === id)!);
}
