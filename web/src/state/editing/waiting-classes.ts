// The classes of edits that are not on disk: they name theirs, so that a class list that changed meanwhile, with other ids
// or other names, does not give an object another class.

import type { Class, Edit } from '../../model/wire';
import type { PageState } from '../page-state';
import type { EditQueue, WaitingEdit } from './edit-queue-state';

export function ofClass<Waiting extends WaitingEdit>(waiting: Waiting, { id, name }: Class): Waiting {
  const { edit, shown } = waiting;
  return {
    ...waiting,
    className: name,
    edit: { ...edit, class_id: id } as Edit,
    shown: shown === null ? null : { ...shown, class_id: id },
  };
}

type Kept = Pick<EditQueue, 'waiting' | 'refused' | 'undone'>;

// became: the names that are gone, with those of the classes that took their places.
export function withClasses(
  { waiting, refused, undone }: Kept,
  classes: readonly Class[],
  became: ReadonlyMap<string, string>,
): Kept {
  const byName = new Map(classes.map((item) => [item.name, item]));
  const follow = <Waiting extends WaitingEdit>(edit: Waiting): Waiting => {
    const { className } = edit;
    const item = className === undefined ? undefined : byName.get(became.get(className) ?? className);
    return item === undefined ? edit : ofClass(edit, item);
  };
  return {
    waiting: waiting.map(follow),
    refused: refused.map(follow),
    undone: undone.map((each) => (each.edit === null ? each : { ...each, edit: follow(each.edit) })),
  };
}

// The classes that refused edits name and that nobody has any more, each once.
export function goneClasses({ project, edits }: Pick<PageState, 'project' | 'edits'>): readonly string[] {
  const there = new Set(project?.classes.map(({ name }) => name));
  const named = edits.refused.flatMap(({ className }) => (className === undefined ? [] : [className]));
  return [...new Set(named)].filter((name) => !there.has(name));
}

// The class that edits of gone classes are made with.
export function classInstead({ project, classId }: Pick<PageState, 'project' | 'classId'>): Class | undefined {
  return project?.classes.find(({ id }) => id === classId);
}
