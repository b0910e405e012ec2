// The classes: search, number keys for the rows in sight, and how often each is on this image.

import { useMemo, useState } from 'preact/hooks';
import { colorOf, css } from '../model/color';
import { count } from '../model/format';
import type { Annotation, Class } from '../model/wire';
import { chooseClass, matching, moveClass } from '../state/classes';
import { usePage, useValue } from './context';
import { Icon } from './icon';
import { VirtualList } from './virtual-list';

const rowHeight = 30;
const none: readonly Class[] = [];
const noAnnotations: readonly Annotation[] = [];

function counts(annotations: readonly Annotation[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { class_id } of annotations) found.set(class_id, (found.get(class_id) ?? 0) + 1);
  return found;
}

function Search() {
  const page = usePage();
  const query = useValue((state) => state.classQuery);
  const type = (text: string) => {
    page.store.set({ classQuery: text });
    const shown = matching(page.store.get().project?.classes ?? [], text);
    if (text !== '' && shown[0] !== undefined) chooseClass(page, shown[0]);
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    if (event.key === 'ArrowDown') moveClass(page, 1);
    else if (event.key === 'ArrowUp') moveClass(page, -1);
    else if (event.key === 'Enter' || event.key === 'Escape') {
      page.store.set({ classQuery: '' });
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
        autocomplete="off"
        spellcheck={false}
        placeholder="Search classes"
        aria-label="Search classes"
        value={query}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <kbd>/</kbd>
    </label>
  );
}

export function ClassList() {
  const page = usePage();
  const all = useValue((state) => state.project?.classes ?? none);
  const query = useValue((state) => state.classQuery);
  const chosen = useValue((state) => state.classId);
  const annotations = useValue((state) => state.picture?.annotations ?? noAnnotations);
  const used = useMemo(() => counts(annotations), [annotations]);
  const shown = useMemo(() => matching(all, query), [all, query]);
  const [firstWhole, setFirstWhole] = useState(0);
  const at = shown.findIndex((item) => item.id === chosen);

  const row = (index: number) => {
    const item = shown[index];
    if (item === undefined) return null;
    const number = index - firstWhole + 1;
    return (
      <button
        type="button"
        role="option"
        key={item.id}
        class={`class-row${item.id === chosen ? ' current' : ''}`}
        aria-selected={item.id === chosen}
        tabIndex={item.id === chosen ? 0 : -1}
        title={`${item.name}  ·  id ${item.id}`}
        onClick={() => chooseClass(page, item)}
      >
        <span class="swatch" style={{ background: css(colorOf(item.id)) }} />
        <span class="class-name">{item.name}</span>
        {used.has(item.id) && <span class="badge tabular">{used.get(item.id)}</span>}
        <kbd class={number >= 1 && number <= 9 ? '' : 'hidden'}>{number >= 1 && number <= 9 ? number : ''}</kbd>
      </button>
    );
  };
  return (
    <section class="panel classes" aria-label="Classes">
      <header class="panel-head">
        <h2>Classes</h2>
        <span class="muted tabular">
          {query === '' ? count(all.length) : `${count(shown.length)} / ${count(all.length)}`}
        </span>
      </header>
      <Search />
      <VirtualList
        count={shown.length}
        row={rowHeight}
        label="Classes"
        current={at < 0 ? null : at}
        render={row}
        onWhole={(whole) => {
          setFirstWhole(whole.first);
          page.store.set({ numbered: shown.slice(whole.first, whole.first + 9) });
        }}
      />
      {shown.length === 0 && <p class="empty">No class has this name.</p>}
    </section>
  );
}
