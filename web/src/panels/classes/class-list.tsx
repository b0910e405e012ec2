// The classes: those on the number keys first, then all in their groups; search; how often each is on this image.

import { useMemo } from 'preact/hooks';
import { colorOf, css } from '../../model/color';
import { count } from '../../model/format';
import type { Annotation, Class } from '../../model/wire';
import type { ClassRow } from '../../model/class-rows';
import {
  chooseClass,
  chooseMarked,
  classRows,
  isPinned,
  moveMark,
  numberedClasses,
  searchClasses,
  toggleGroup,
} from '../../state/project/classes';
import { text as allText } from '../../text/en';
import { ActionButton } from '../action-button';
import { ClassName } from '../class-name';
import { usePage, useValue } from '../context';
import { Icon } from '../icon';
import { VirtualList } from '../virtual-list';

const words = allText.classes;
const rowHeight = 26;
const none: readonly Class[] = [];
const noAnnotations: readonly Annotation[] = [];

function counts(annotations: readonly Annotation[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { class_id } of annotations) found.set(class_id, (found.get(class_id) ?? 0) + 1);
  return found;
}

const listId = 'class-list';

function idOf(row: ClassRow | undefined): string | undefined {
  return row?.kind === 'class' ? `class-${row.numbered ? 'number' : 'row'}-${row.item.id}` : undefined;
}

// marked: the id of the row's element.
function Search({ marked, tree }: { marked: string | undefined; tree: boolean }) {
  const page = usePage();
  const query = useValue((state) => state.classQuery);
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    if (event.key === 'ArrowDown') moveMark(page, 1);
    else if (event.key === 'ArrowUp') moveMark(page, -1);
    else if (event.key === 'Enter' || event.key === 'Escape') {
      if (event.key === 'Enter') chooseMarked(page);
      searchClasses(page, null);
      event.currentTarget.blur();
    } else return;
    event.preventDefault();
  };
  return (
    <label class="search">
      <Icon name="search" />
      <input
        id="class-search"
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={words.search}
        aria-label={words.search}
        aria-autocomplete="list"
        aria-haspopup={tree ? 'tree' : 'listbox'}
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={marked}
        value={query}
        onInput={(event) => searchClasses(page, event.currentTarget.value)}
        onFocus={() => query !== '' && searchClasses(page, query)}
        onBlur={() => page.store.set({ classMarked: null })}
        onKeyDown={onKeyDown}
      />
      <kbd>/</kbd>
    </label>
  );
}

interface ClassRowProps {
  readonly row: Extract<ClassRow, { kind: 'class' }>;
  readonly number: number; // 0: none
  readonly pinned: boolean;
  readonly current: boolean;
  readonly marked: boolean; // by the search
  readonly used: number; // objects on this image
  readonly role: 'option' | 'treeitem';
}

const indentPx = 16;

function ClassLine({ row, number, pinned, current, marked, used, role }: ClassRowProps) {
  const page = usePage();
  const { item, label, depth } = row;
  return (
    <button
      type="button"
      role={role}
      id={idOf(row)}
      class={`class-row${current ? ' current' : ''}${marked ? ' marked' : ''}`}
      style={depth > 0 ? { paddingLeft: `${14 + depth * indentPx}px` } : {}}
      aria-selected={current}
      {...(role === 'treeitem' ? { 'aria-level': depth + 1 } : {})}
      tabIndex={current ? 0 : -1}
      title={words.title(item.name, item.id)}
      onClick={() => chooseClass(page, item)}
    >
      <span class="swatch" style={{ background: css(colorOf(item.id)) }} />
      <ClassName name={label} />
      {pinned && (
        <span class="pinned" role="img" aria-label={words.isPinned}>
          <Icon name="pin" />
        </span>
      )}
      {used > 0 && <span class="badge tabular">{used}</span>}
      <kbd class={number > 0 ? '' : 'hidden'}>{number > 0 ? number : ''}</kbd>
    </button>
  );
}

function GroupLine({ row, folded }: { row: Extract<ClassRow, { kind: 'group' }>; folded: boolean }) {
  const page = usePage();
  return (
    <button
      type="button"
      role="treeitem"
      class="class-row class-group"
      style={{ paddingLeft: `${10 + row.depth * indentPx}px` }}
      aria-expanded={!folded}
      aria-level={row.depth + 1}
      tabIndex={-1}
      title={row.path}
      onClick={() => toggleGroup(page, row.path)}
    >
      <Icon name={folded ? 'right' : 'down'} />
      <span class="class-name">{row.label}</span>
      <span class="muted tabular">{count(row.size)}</span>
    </button>
  );
}

export function ClassList() {
  const page = usePage();
  const all = useValue((state) => state.project?.classes ?? none);
  const query = useValue((state) => state.classQuery);
  const chosen = useValue((state) => state.classId);
  const marked = useValue((state) => state.classMarked);
  const annotations = useValue((state) => state.picture?.annotations ?? noAnnotations);
  const numbered = useValue(numberedClasses);
  const { folded } = useValue((state) => state.classes);
  const used = useMemo(() => counts(annotations), [annotations]);
  const rows = useMemo(() => classRows(page.store.get()), [all, query, numbered, folded]);
  const tree = useMemo(() => rows.some((row) => row.kind === 'group'), [rows]);
  const find = (id: number | null) => rows.findIndex((row) => row.kind === 'class' && row.item.id === id);
  const markedAt = find(marked);
  const at = markedAt < 0 ? find(chosen) : markedAt;
  const found = query === '' ? count(all.length) : words.found(count(rows.length), count(all.length));

  const draw = (index: number) => {
    const row = rows[index];
    if (row === undefined) return null;
    if (row.kind === 'head') {
      return (
        <div class="class-head" role="presentation" key="head">
          {words.all}
        </div>
      );
    }
    if (row.kind === 'group') return <GroupLine key={`g${row.path}`} row={row} folded={folded.has(row.path)} />;
    return (
      <ClassLine
        key={`${row.numbered ? 'n' : 'c'}${row.item.id}`}
        row={row}
        number={numbered.indexOf(row.item) + 1}
        pinned={isPinned(page.store.get(), row.item.name)}
        current={row.item.id === chosen}
        marked={index === markedAt}
        used={used.get(row.item.id) ?? 0}
        role={tree ? 'treeitem' : 'option'}
      />
    );
  };
  return (
    <section class="panel classes" aria-label={words.heading}>
      <header class="panel-head">
        <h2>{words.heading}</h2>
        <span class="muted tabular">{found}</span>
        <span class="grow" />
        <ActionButton id="class-pin" icon="pin" />
        <ActionButton id="edit-classes" icon="pencil" />
      </header>
      <Search marked={idOf(rows[markedAt])} tree={tree} />
      <VirtualList
        count={rows.length}
        row={rowHeight}
        label={words.heading}
        id={listId}
        role={tree ? 'tree' : 'listbox'}
        current={at < 0 ? null : at}
        render={draw}
      />
      {rows.length === 0 && <p class="empty">{words.noneFound}</p>}
    </section>
  );
}
