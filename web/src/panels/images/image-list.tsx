// The images of the project that pass the filter, with what is known of each: rows with words, or small pictures.

import { useEffect, useRef, useState } from 'preact/hooks';
import { pagesIn, type ListWindow } from '../../geometry/list-window';
import { isFiltered } from '../../model/filter';
import { count } from '../../model/format';
import type { ImageEntry } from '../../model/wire';
import { entryAt, indexOf, loadPages, pageSize } from '../../state/images/image-list';
import { goTo } from '../../state/images/navigation';
import { text } from '../../text/en';
import { ActionButton } from '../action-button';
import { usePage, useValue } from '../context';
import { FilterChips } from './filter-chips';
import { FilterMenu } from './filter-menu';
import { Icon } from '../icon';
import { ProgressBar } from './progress-bar';
import { Thumbnail } from './thumbnail';
import { VirtualList } from '../virtual-list';
import { HolderMark } from '../windows';

const words = text.images;
const rowHeight = 52;
const cellHeight = 116;
const cellWidth = 116; // at least
const cellSide = 192; // of the small picture that is asked for, pixels
const rowSide = 96;

function stateText(entry: ImageEntry): string {
  if (entry.state === 'broken') return entry.reason ?? words.unreadable;
  if (entry.annotation_count > 0) return words.objectCount(entry.annotation_count);
  return entry.state === 'labelled' ? words.empty : words.fresh;
}

function encodingText({ encoding, encoding_reason, kept }: ImageEntry): string {
  const told = words.encodings[encoding];
  if (encoding === 'failed' && encoding_reason !== undefined) return words.because(told, encoding_reason);
  return encoding === 'none' && kept ? words.kept : told;
}

function titleOf(entry: ImageEntry): string {
  const lines = [words.rowTitle(count(entry.position + 1), entry.name), stateText(entry)];
  if (entry.width !== undefined && entry.height !== undefined) lines.push(words.size(entry.width, entry.height));
  if (entry.proposals > 0) lines.push(words.proposals(entry.proposals));
  if (entry.reviewed) lines.push(words.reviewed);
  if (entry.faulty) lines.push(words.faulty);
  if (entry.state !== 'broken') lines.push(encodingText(entry));
  return lines.join('\n');
}

// Signs beside the words: what the eye should find while the list runs past.
function Marks({ entry }: { entry: ImageEntry }) {
  if (entry.state === 'broken') return null;
  return (
    <>
      {entry.proposals > 0 && (
        <span class="mark-proposals tabular" aria-label={words.proposals(entry.proposals)}>
          <Icon name="spark" />
          {entry.proposals}
        </span>
      )}
      {entry.faulty && (
        <span class="mark-faulty" role="img" aria-label={words.faulty}>
          <Icon name="flag" />
        </span>
      )}
      {entry.reviewed && (
        <span class="mark-reviewed" role="img" aria-label={words.reviewed}>
          <Icon name="reviewed" />
        </span>
      )}
      <HolderMark name={entry.name} />
    </>
  );
}

function EncodingDot({ entry }: { entry: ImageEntry }) {
  if (entry.state === 'broken') return null;
  const kept = entry.kept && entry.encoding === 'none' ? ' kept' : '';
  return <span class={`encoding ${entry.encoding}${kept}`} role="img" aria-label={encodingText(entry)} />;
}

interface ItemProps {
  readonly entry: ImageEntry | undefined;
  readonly current: boolean;
  readonly opening: boolean;
}

function Item({ entry, current, opening, cell }: ItemProps & { cell: boolean }) {
  const page = usePage();
  const kind = cell ? 'image-cell' : 'image-row';
  if (entry === undefined) return <div class={`${kind} waiting`} role="presentation" />;
  const broken = entry.state === 'broken';
  const picture = broken ? (
    <span class="thumbnail broken">
      <Icon name="warning" />
    </span>
  ) : (
    <Thumbnail name={entry.name} key={entry.name} side={cell ? cellSide : rowSide} whole={cell} />
  );
  return (
    <button
      type="button"
      role="option"
      class={`${kind} ${entry.state}${current ? ' current' : ''}${opening ? ' opening' : ''}`}
      aria-selected={current}
      aria-disabled={broken}
      tabIndex={current ? 0 : -1}
      title={titleOf(entry)}
      onClick={() => !broken && goTo(page, entry.name, entry.position)}
    >
      {picture}
      {cell ? (
        <>
          <span class="image-name">{entry.name}</span>
          <span class="cell-marks">
            {entry.state === 'labelled' && (
              <span class="mark-labelled tabular" role="img" aria-label={stateText(entry)}>
                <Icon name="check" />
                {entry.annotation_count > 0 ? entry.annotation_count : '0'}
              </span>
            )}
            <Marks entry={entry} />
            <EncodingDot entry={entry} />
          </span>
        </>
      ) : (
        <>
          <span class="image-text">
            <span class="image-name">{entry.name}</span>
            <span class="image-state">
              {entry.state === 'labelled' && <Icon name="check" />}
              <span class="state-words">{stateText(entry)}</span>
              <Marks entry={entry} />
            </span>
          </span>
          <EncodingDot entry={entry} />
        </>
      )}
    </button>
  );
}

function Count() {
  const images = useValue((state) => state.images);
  const name = useValue((state) => state.picture?.name ?? null);
  const position = useValue((state) => state.picture?.position ?? null);
  if (isFiltered(images.filter)) {
    const row = name === null ? null : indexOf(images, name);
    const total = words.ofAll(count(images.total), count(images.all));
    return <span class="muted tabular">{row === null ? total : words.at(count(row + 1), total)}</span>;
  }
  return (
    <span class="muted tabular">
      {position === null ? count(images.all) : words.at(count(position + 1), count(images.all))}
    </span>
  );
}

// Cells that fit side by side in the panel.
function useColumns(grid: boolean) {
  const ref = useRef<HTMLElement>(null);
  const [columns, setColumns] = useState(2);
  useEffect(() => {
    const element = ref.current!;
    const observer = new ResizeObserver(() => {
      setColumns(Math.max(1, Math.floor((element.clientWidth - 12) / cellWidth)));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, columns: grid ? columns : 1 };
}

export function ImageList() {
  const page = usePage();
  const images = useValue((state) => state.images);
  const picture = useValue((state) => state.picture?.name ?? null);
  const position = useValue((state) => state.picture?.position ?? null);
  const opening = useValue((state) => state.opening?.name ?? null);
  const grid = images.layout === 'grid';
  const { ref, columns } = useColumns(grid);
  const [drawn, setDrawn] = useState<ListWindow>({ first: 0, end: 0 });
  const filtered = isFiltered(images.filter);
  const row = picture === null ? null : filtered ? indexOf(images, picture) : position;
  const heading = opening === null ? row : (indexOf(images, opening) ?? row);
  useEffect(() => {
    const inSight = { first: drawn.first * columns, end: Math.min(images.total, drawn.end * columns) };
    loadPages(page, pagesIn(inSight, pageSize));
  }, [drawn.first, drawn.end, columns, images.pages, images.total]);
  const item = (index: number) => {
    const entry = entryAt(images, index);
    return (
      <Item
        key={index}
        cell={grid}
        entry={entry}
        current={entry !== undefined && entry.name === picture}
        opening={entry !== undefined && entry.name === opening}
      />
    );
  };
  const cells = (line: number) => (
    <div class="cells" role="presentation" key={line}>
      {Array.from({ length: Math.min(columns, images.total - line * columns) }, (_, at) => item(line * columns + at))}
    </div>
  );
  return (
    <section class="panel images" aria-label={words.title} ref={ref}>
      <header class="panel-head">
        <h2>{words.title}</h2>
        <Count />
        <span class="grow" />
        <ActionButton id="previous" icon="left" />
        <ActionButton id="next" icon="right" />
      </header>
      <div class="image-tools">
        <FilterMenu />
        <ActionButton id="next-new" icon="skip" text={words.nextNew} />
        <span class="grow" />
        <ActionButton id="image-layout" icon={grid ? 'rows' : 'grid'} />
      </div>
      <FilterChips />
      <VirtualList
        key={images.layout}
        kind={grid ? 'grid' : ''}
        count={Math.ceil(images.total / columns)}
        row={grid ? cellHeight : rowHeight}
        label={words.title}
        current={heading === null ? null : Math.floor(heading / columns)}
        onDrawn={setDrawn}
        render={grid ? cells : item}
      />
      <ProgressBar />
      {filtered && images.total === 0 && images.pages.size > 0 && <p class="empty">{words.noneListed}</p>}
    </section>
  );
}
