// What a change of the classes does to the project, said before it is made.

import { count } from '../../model/format';
import type { ClassesResult } from '../../model/wire';
import { text } from '../../text/en';

const words = text.classes;

export type Kind = 'add' | 'rename' | 'merge';

// The images are those of all objects together, so that they stand with the class's own only where there are no others.
export function linesOf(kind: Kind, to: string, { annotations, pictures, renumbered, classes }: ClassesResult): readonly string[] {
  const lines: string[] = [];
  if (kind !== 'add' && annotations > 0) {
    const objects = words.objects[kind](count(annotations - renumbered), to);
    if (renumbered === 0) lines.push(words.on(objects, count(pictures)));
    else lines.push(words.whole(objects), words.renumbered(count(renumbered)), words.inAll(count(pictures)));
  }
  if (lines.length === 0) lines.push(words.nothingElse);
  lines.push(words.listAfter(count(classes.length)));
  return kind === 'merge' ? [...lines, words.mergeStays] : lines;
}
