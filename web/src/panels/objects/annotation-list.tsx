// The annotations of this image in the order they are drawn, the topmost last; and what is said of the image.

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { leafOf } from '../../model/class-rows';
import { count } from '../../model/format';
import { isProposal } from '../../model/walk';
import type { Annotation } from '../../model/wire';
import { select, selectOnly } from '../../state/editing/selecting';
import { text } from '../../text/en';
import { ActionButton } from '../action-button';
import { AnnotationRow } from './annotation-row';
import { usePage, useValue } from '../context';
import { Icon } from '../icon';
import { VirtualList } from '../virtual-list';

const rowHeight = 32;
const few = 4; // annotations: style/classes.css gives them their room
const searchFrom = 12; // annotations; fewer are found by looking
const none: readonly Annotation[] = [];
const words = text.review;

function SelectionBar() {
  const size = useValue((state) => state.selection.size);
  const project = useValue((state) => state.project);
  const classId = useValue((state) => state.classId);
  const name = project?.classes.find((item) => item.id === classId)?.name ?? words.chosenClass;
  return (
    <footer class="panel-foot">
      {size === 0 ? (
        <span class="muted">{words.selectionHint}</span>
      ) : (
        <>
          <ActionButton id="relabel" text={words.makeIt(leafOf(name))} keyShown side="above" />
          <span class="grow" />
          <ActionButton id="delete" icon="trash" kind="danger" side="above" />
        </>
      )}
    </footer>
  );
}

function ImageMarks() {
  const proposals = useValue((state) => state.picture?.annotations.filter(isProposal).length ?? 0);
  const rejected = useValue((state) => state.picture?.annotations.filter(({ review }) => review === 'rejected').length ?? 0);
  const picture = useValue((state) => state.picture !== null);
  if (!picture) return null;
  return (
    <div class="marks">
      <ActionButton id="mark-reviewed" icon="reviewed" text={words.reviewed} />
      <ActionButton id="mark-faulty" icon="flag" text={words.faulty} />
      <span class="grow" />
      {rejected > 0 && <ActionButton id="mend" icon="note" text={count(rejected)} />}
      {proposals > 0 && <ActionButton id="proposals" icon="spark" text={count(proposals)} />}
    </div>
  );
}

function Search({ query, onQuery }: { query: string; onQuery: (text: string) => void }) {
  return (
    <label class="search">
      <Icon name="search" />
      <input
        type="text"
        autocomplete="off"
        spellcheck={false}
        placeholder={words.searchAnnotations}
        aria-label={words.searchAnnotations}
        value={query}
        onInput={(event) => onQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' && event.key !== 'Enter') return;
          if (event.key === 'Escape') onQuery('');
          event.currentTarget.blur();
          event.preventDefault();
        }}
      />
    </label>
  );
}

// Those whose class's name or note has the text in it.
function found(annotations: readonly Annotation[], names: ReadonlyMap<number, string>, query: string) {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return annotations;
  return annotations.filter(({ class_id, note = '' }) =>
    `${names.get(class_id) ?? ''}\n${note}`.toLowerCase().includes(wanted),
  );
}

// Where Shift selects from, and where the keys are: ids.
interface Range {
  readonly anchor: number | null;
  readonly end: number | null;
}

export function AnnotationList() {
  const page = usePage();
  const annotations = useValue((state) => state.picture?.annotations ?? none);
  const classes = useValue((state) => state.project?.classes ?? null);
  const selection = useValue((state) => state.selection);
  const [query, setQuery] = useState('');
  const [range, setRange] = useState<Range>({ anchor: null, end: null });
  const section = useRef<HTMLElement>(null);
  const focusWanted = useRef(false);
  const names = useMemo(() => new Map((classes ?? []).map((item) => [item.id, item.name])), [classes]);
  const numbers = useMemo(() => new Map(annotations.map(({ id }, i) => [id, i + 1])), [annotations]);
  const searchable = annotations.length >= searchFrom || query !== '';
  const shown = useMemo(() => found(annotations, names, query), [annotations, names, query]);

  const indexOf = (id: number | null) => (id === null ? -1 : shown.findIndex((item) => item.id === id));
  const selectedAt = shown.findIndex(({ id }) => selection.has(id));
  const end = range.end !== null && selection.has(range.end) ? indexOf(range.end) : selectedAt;
  const at = end >= 0 ? end : shown.length - 1;

  const selectTo = (index: number, extend: boolean) => {
    const item = shown[index];
    if (item === undefined) return;
    const from = extend ? indexOf(range.anchor ?? shown[selectedAt]?.id ?? null) : -1;
    if (from < 0) selectOnly(page, [item.id]);
    else selectOnly(page, shown.slice(Math.min(from, index), Math.max(from, index) + 1).map(({ id }) => id));
    setRange({ anchor: from < 0 ? item.id : shown[from]!.id, end: item.id });
  };
  const choose = (event: MouseEvent, index: number, id: number) => {
    if (event.shiftKey && selection.size > 0) return selectTo(index, true);
    select(page, id, event.ctrlKey || event.metaKey);
    setRange({ anchor: id, end: id });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.getAttribute('role') !== 'option') return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    const all = event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey);
    if (to === undefined && !all) return;
    event.preventDefault();
    event.stopPropagation();
    if (all) return selectOnly(page, shown.map(({ id }) => id));
    focusWanted.current = true;
    selectTo(Math.min(Math.max(to ?? 0, 0), shown.length - 1), event.shiftKey);
  };
  // Before the next key can come.
  useLayoutEffect(() => {
    if (!focusWanted.current) return;
    focusWanted.current = false;
    section.current?.querySelector<HTMLElement>(`[data-id="${shown[at]?.id}"]`)?.focus();
  });

  return (
    <section class={`panel annotations${annotations.length <= few ? ' few' : ''}`} aria-label={words.annotations} ref={section} onKeyDownCapture={onKeyDown}>
      <header class="panel-head">
        <h2>{words.annotations}</h2>
        <span class="muted tabular">
          {shown.length === annotations.length
            ? count(annotations.length)
            : `${count(shown.length)} / ${count(annotations.length)}`}
        </span>
        <span class="grow" />
        <ActionButton id="review" icon="list" />
        <ActionButton id="undo" icon="undo" />
        <ActionButton id="redo" icon="redo" />
        <ActionButton id="clear-all" icon="broom" />
        <ActionButton id="save" icon="save" />
      </header>
      <ImageMarks />
      {searchable && <Search query={query} onQuery={setQuery} />}
      {shown.length === 0 && <p class="empty">{annotations.length === 0 ? words.noAnnotations : words.noneOfClass}</p>}
      <VirtualList
        ownKeys
        count={shown.length}
        row={rowHeight}
        label={words.annotations}
        current={at}
        multiple
        render={(index) => {
          const annotation = shown[index];
          if (annotation === undefined) return null;
          return (
            <AnnotationRow
              key={annotation.id}
              annotation={annotation}
              number={numbers.get(annotation.id) ?? 0}
              name={names.get(annotation.class_id) ?? words.classNumber(annotation.class_id)}
              selected={selection.has(annotation.id)}
              focusable={index === at}
              onChoose={(event) => choose(event, index, annotation.id)}
            />
          );
        }}
      />
      <SelectionBar />
    </section>
  );
}
