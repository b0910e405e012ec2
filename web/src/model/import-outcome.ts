// Whether an import would change anything, and what may be wrong where it would not.

import type { ImportResult } from './wire';

export type Nothing = 'photos' | 'there' | 'none';

// null: it changes something. photos: none of the project has a name that the dataset speaks of; there: the project has
// what it would bring; none: no objects were found in it.
export function whyNothing(result: ImportResult): Nothing | null {
  const { pictures, annotations, photos_added, classes_added, same_objects, conflicts, without_photo } = result;
  const changes = annotations > 0 || photos_added > 0 || classes_added.length > 0 || conflicts.replaced > 0;
  if (changes || pictures > conflicts.merged) return null; // a picture without objects is then looked at
  if (same_objects > 0 || conflicts.kept > 0) return 'there';
  return without_photo > 0 ? 'photos' : 'none';
}
