// The menu of the export formats, with the original's second keys. They act only in it.

import { text } from '../../text/en';
import { closeExportMenu, startExport, type MenuFormat } from '../../state/project/exporting';
import type { Action } from '../action';
import { show } from './conditions';

function exportAs(format: MenuFormat, key: string): Action {
  return {
    id: `export-${format}`,
    group: 'Program',
    title: text.keys.exportAs[format],
    keys: [key],
    place: 'export',
    run: (page) => {
      closeExportMenu(page);
      void startExport(page, format);
    },
  };
}

export const exports: readonly Action[] = [
  { id: 'export', group: 'Program', title: text.keys.export, keys: ['e'], run: (page) => show(page, 'export') },
  exportAs('coco', 'c'),
  exportAs('yolo', 'y'),
  exportAs('voc', 'p'),
];
