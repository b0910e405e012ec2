// What a filter of the image list asks for, in parts that can be taken away one by one.

import type { ImageFilter, ImageState } from './wire';

export const imageStates: readonly ImageState[] = [
  'new',
  'labelled',
  'empty',
  'proposed',
  'unreviewed',
  'reviewed',
  'rejected',
  'faulty',
  'broken',
];

export const filterMenuId = 'filter-menu'; // of the element that shows all this

export type FilterPart =
  | { readonly kind: 'state'; readonly state: ImageState }
  | { readonly kind: 'class'; readonly classId: number }
  | { readonly kind: 'objects'; readonly atLeast: number | null; readonly atMost: number | null }
  | { readonly kind: 'text'; readonly text: string };

export function partsOf({ states = [], classId, atLeast, atMost, text = '' }: ImageFilter): readonly FilterPart[] {
  const parts: FilterPart[] = states.map((state) => ({ kind: 'state', state }));
  if (classId !== undefined) parts.push({ kind: 'class', classId });
  if (atLeast !== undefined || atMost !== undefined) {
    parts.push({ kind: 'objects', atLeast: atLeast ?? null, atMost: atMost ?? null });
  }
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}

export function isFiltered(filter: ImageFilter): boolean {
  return partsOf(filter).length > 0;
}

// The filter with some of its fields set anew; undefined takes one away.
export function changed(filter: ImageFilter, change: { [K in keyof ImageFilter]: ImageFilter[K] | undefined }): ImageFilter {
  const fields = Object.entries({ ...filter, ...change }).filter(
    ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(fields) as ImageFilter;
}

export function without(filter: ImageFilter, part: FilterPart): ImageFilter {
  switch (part.kind) {
    case 'state':
      return changed(filter, { states: filter.states?.filter((state) => state !== part.state) });
    case 'class':
      return changed(filter, { classId: undefined });
    case 'objects':
      return changed(filter, { atLeast: undefined, atMost: undefined });
    case 'text':
      return changed(filter, { text: undefined });
  }
}

// Among the states any one suffices, so each further one lists more.
export function toggled(filter: ImageFilter, state: ImageState): ImageFilter {
  const states = filter.states ?? [];
  const after = states.includes(state) ? states.filter((other) => other !== state) : [...states, state];
  return changed(filter, { states: imageStates.filter((each) => after.includes(each)) });
}
