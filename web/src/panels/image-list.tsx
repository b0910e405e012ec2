// The images of the project, with what is known of each.

import { pagesIn } from '../geometry/list-window';
import { count, plural } from '../model/format';
import type { Encoding, ImageEntry } from '../model/wire';
import { entryAt, indexOf, loadPages, pageSize } from '../state/image-list';
import { goTo } from '../state/navigation';
import { ActionButton } from './action-button';
import { usePage, useValue } from './context';
import { Icon } from './icon';
import { Thumbnail } from './thumbnail';
import { VirtualList } from './virtual-list';

const rowHeight = 52;

const encodings: Readonly<Record<Encoding, string>> = {
  none: 'Not prepared yet',
  queued: 'Waits to be prepared',
  running: 'Being prepared',
  ready: 'Ready: a click answers at once',
  failed: 'Could not be prepared',
};

function stateText(entry: ImageEntry): string {
  if (entry.state === 'broken') return entry.reason ?? 'Cannot be read';
  if (entry.annotation_count > 0) return plural(entry.annotation_count, 'annotation');
  return entry.state === 'labelled' ? 'Labelled, empty' : 'New';
}

function encodingText({ encoding, encoding_reason }: ImageEntry): string {
  const told = encoding === 'failed' && encoding_reason !== undefined;
  return told ? `${encodings.failed}: ${encoding_reason}` : encodings[encoding];
}

function Row({
  index,
  entry,
  current,
  opening,
}: {
  index: number;
  entry: ImageEntry | undefined;
  current: boolean;
  opening: boolean;
}) {
  const page = usePage();
  if (entry === undefined) return <div class="image-row waiting" />;
  const broken = entry.state === 'broken';
  const text = stateText(entry);
  return (
    <button
      type="button"
      role="option"
      class={`image-row ${entry.state}${current ? ' current' : ''}${opening ? ' opening' : ''}`}
      aria-selected={current}
      aria-disabled={broken}
      tabIndex={current ? 0 : -1}
      title={
        broken
          ? `${entry.name}\n${text}`
          : `${index + 1}. ${entry.name}${entry.width === undefined ? '' : `\n${entry.width} × ${entry.height}`}`
      }
      onClick={() => !broken && goTo(page, entry.name)}
    >
      {broken ? (
        <span class="thumbnail broken">
          <Icon name="warning" />
        </span>
      ) : (
        <Thumbnail name={entry.name} key={entry.name} />
      )}
      <span class="image-text">
        <span class="image-name">{entry.name}</span>
        <span class="image-state">
          {entry.state === 'labelled' && <Icon name="check" />}
          {text}
        </span>
      </span>
      {!broken && (
        <span
          class={`encoding ${entry.encoding}`}
          title={encodingText(entry)}
          aria-label={encodingText(entry)}
        />
      )}
    </button>
  );
}

export function ImageList() {
  const page = usePage();
  const images = useValue((state) => state.images);
  const picture = useValue((state) => state.picture?.name ?? null);
  const position = useValue((state) => state.picture?.position ?? null);
  const opening = useValue((state) => state.opening?.name ?? null);
  const heading = opening === null ? position : (indexOf(images, opening) ?? position);
  return (
    <section class="panel images" aria-label="Images">
      <header class="panel-head">
        <h2>Images</h2>
        <span class="muted tabular">
          {position === null ? count(images.total) : `${count(position + 1)} / ${count(images.total)}`}
        </span>
        <span class="grow" />
        <ActionButton id="previous" icon="left" />
        <ActionButton id="next" icon="right" />
      </header>
      <VirtualList
        count={images.total}
        row={rowHeight}
        label="Images"
        current={heading}
        onDrawn={(drawn) => loadPages(page, pagesIn(drawn, pageSize))}
        render={(index) => {
          const entry = entryAt(images, index);
          return (
            <Row
              key={index}
              index={index}
              entry={entry}
              current={entry !== undefined && entry.name === picture}
              opening={entry !== undefined && entry.name === opening}
            />
          );
        }}
      />
    </section>
  );
}
