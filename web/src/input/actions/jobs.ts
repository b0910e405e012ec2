// Long work.

import { startJob } from '../../state/project/jobs';
import { text } from '../../text/en';
import type { Action } from '../action';
import { show } from './conditions';

export const jobs: readonly Action[] = [
  { id: 'jobs', group: 'Program', title: text.jobs.open, keys: ['Shift+j'], run: (page) => show(page, 'jobs') },
  {
    id: 'export-to',
    group: 'Program',
    title: text.jobs.exportTitle,
    keys: ['Mod+e'],
    run: (page) => show(page, 'export-to'),
  },
  {
    id: 'import-from',
    group: 'Program',
    title: text.jobs.importTitle,
    keys: ['Mod+o'],
    run: (page) => show(page, 'import-from'),
  },
  {
    id: 'embed',
    group: 'Program',
    title: text.jobs.embed,
    keys: ['Mod+Shift+e'],
    run: (page) => void startJob(page, { kind: 'embed' }),
  },
];
