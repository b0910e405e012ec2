// Everything the keyboard and the buttons can do. Keys of the original tool keep their meaning.

import type { Action } from './action';
import { annotations } from './actions/annotations';
import { aside } from './actions/aside';
import { classes } from './actions/classes';
import { besideCross, cross } from './actions/cross';
import { exports } from './actions/exports';
import { images } from './actions/images';
import { objects } from './actions/objects';
import { jobs } from './actions/jobs';
import { program } from './actions/program';
import { prompt } from './actions/prompt';
import { review } from './actions/review';
import { view } from './actions/view';
import { viewer } from './actions/viewer';
import { walkActions, whileWalking } from './actions/walk';

export const actions: readonly Action[] = [
  ...images,
  ...prompt,
  ...annotations,
  ...objects,
  ...aside,
  ...cross,
  ...classes,
  ...view,
  ...viewer,
  ...exports,
  ...review,
  ...walkActions,
  ...jobs,
  ...program,
].map(whileWalking).map(besideCross);

const byId = new Map(actions.map((action) => [action.id, action]));

export function actionOf(id: string): Action {
  const action = byId.get(id);
  if (action === undefined) throw new Error(`no action ${id}`);
  return action;
}
