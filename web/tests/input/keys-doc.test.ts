import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { placeOf, type Action, type Group } from '../../src/input/action';
import { actions } from '../../src/input/actions';
import { keyText, makeKeymap, type ChosenKeys } from '../../src/input/keymap';
import { text } from '../../src/text/en';

const file = new URL('../../../docs/keys.md', import.meta.url);

// The keys of the original tool and what they must do here; its visualiser's are those of the viewer.
const original: Readonly<Record<'main' | 'viewer' | 'export', Readonly<Record<string, string>>>> = {
  main: {
    q: 'quit', n: 'next', p: 'previous', j: 'jump', s: 'save', x: 'clear-prompt', a: 'add', z: 'undo', y: 'redo',
    c: 'clear-all', u: 'auto-advance', w: 'mode', m: 'masks', b: 'boxes', l: 'labels', t: 'points', v: 'panels',
    r: 'review', e: 'export', ArrowUp: 'class-up', ArrowDown: 'class-down', PageUp: 'class-page-up',
    PageDown: 'class-page-down', Home: 'class-first', End: 'class-last', '=': 'zoom-in', '-': 'zoom-out', '0': 'fit',
    '[': 'fainter', ']': 'stronger', F1: 'work-masks', F2: 'work-side-by-side', F3: 'work-bare',
  },
  viewer: {
    ArrowLeft: 'previous', ArrowRight: 'next', s: 'view-save', f: 'view-faulty', o: 'view-overlay', m: 'view-masked',
    b: 'view-side-by-side', c: 'view-contours', i: 'view-ids', h: 'view-help', q: 'view-close',
  },
  export: { c: 'export-coco', y: 'export-yolo', p: 'export-voc' },
};

const places = Object.keys(original) as (keyof typeof original)[];
const none: ChosenKeys = {};

test.each(places)('every key of the original acts as it did: %s', (place) => {
  const keymap = makeKeymap(actions, none, place);
  for (const [key, id] of Object.entries(original[place])) expect(keymap.get(key)?.id, key).toBe(id);
});

test('habits from elsewhere', () => {
  const keymap = makeKeymap(actions);
  const habits: Readonly<Record<string, string>> = {
    'Mod+z': 'undo', 'Mod+Shift+z': 'redo', 'Mod+y': 'redo', 'Mod+s': 'save', Delete: 'delete', Enter: 'add',
    Escape: 'clear-prompt', Tab: 'next-candidate', '1': 'class-number', '9': 'class-number', '?': 'help',
  };
  for (const [key, id] of Object.entries(habits)) expect(keymap.get(key)?.id, key).toBe(id);
});

function isOriginal(action: Action, key: string): boolean {
  return places.some((place) => original[place][key] === action.id);
}

function row(action: Action): string {
  const shown = (key: string) => `\`${keyText(key).replace('|', '\\|').replace(/^`$/, ' ` ')}\``;
  const keys = action.keys.length > 4 ? [action.keys[0]!, action.keys.at(-1)!] : action.keys;
  const cell = keys.map((key) => (keyText(key) === '`' ? '`` ` ``' : shown(key))).join(action.keys.length > 4 ? ' … ' : ', ');
  const title = placeOf(action) === 'export' ? text.keys.inExport(action.title) : action.title;
  return `| ${cell} | ${title} | ${action.keys.some((key) => isOriginal(action, key)) ? 'yes' : ''} | ${placeOf(action)}: ${action.id} |`;
}

function page(): string {
  const groups = [...new Set(actions.map(({ group }) => group))] as Group[];
  const tables = groups.map((group) => {
    const rows = actions.filter((action) => action.group === group).map(row);
    return `## ${text.keys.groups[group]}\n\n| Key | What it does | Of the original | Its test in \`web/e2e/keys.spec.ts\` |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Keys

Written from the page's own table of actions (\`UPDATE_DOCS=1 npm test\` in \`web/\`). \`?\` in the page shows them, searchable, and changes them; what was
chosen is kept by the program. \`Ctrl\` is also the Mac's Command. ${text.keys.letters} \`Space\` held and dragged moves the picture; \`Esc\` leaves whatever is open, one step at
a time: while an object of a walk is fixed first its prompt, then the tool, then the fixing, which goes back to deciding it, then the walk.

${tables.join('\n')}`;
}

test('docs/keys.md shows the keys as they are', () => {
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(file, page());
  expect(readFileSync(file, 'utf8'), 'UPDATE_DOCS=1 npm test writes it anew').toBe(page());
});
