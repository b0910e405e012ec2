import { expect, test } from 'vitest';
import { whyNothing } from '../../src/model/import-outcome';
import type { ImportResult } from '../../src/model/wire';

const nothing: ImportResult = {
  pictures: 0, annotations: 0, photos_added: 0, classes_added: [], same_objects: 0,
  conflicts: { kept: 0, replaced: 0, merged: 0 }, without_photo: 0, warnings: [],
};

test('an import that changes nothing says what may be wrong', () => {
  expect(whyNothing(nothing)).toBe('none');
  expect(whyNothing({ ...nothing, without_photo: 7 })).toBe('photos');
  expect(whyNothing({ ...nothing, pictures: 2, same_objects: 5, conflicts: { kept: 0, replaced: 0, merged: 2 } })).toBe('there');
  expect(whyNothing({ ...nothing, without_photo: 7, conflicts: { kept: 1, replaced: 0, merged: 0 } })).toBe('there');
});

test('whatever it changes, it may go on', () => {
  const changes: readonly Partial<ImportResult>[] = [
    { annotations: 1 },
    { photos_added: 1 },
    { classes_added: ['cat'] },
    { pictures: 1 }, // without objects: looked at from then on
    { pictures: 1, conflicts: { kept: 0, replaced: 1, merged: 0 } },
    { pictures: 3, same_objects: 1, conflicts: { kept: 0, replaced: 0, merged: 2 } },
  ];
  for (const change of changes) expect(whyNothing({ ...nothing, without_photo: 4, ...change })).toBeNull();
});
