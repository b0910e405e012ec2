// The annotations of this image, newest at the bottom.

import { colorOf, css } from '../model/color';
import { area, count, percent } from '../model/format';
import type { Annotation } from '../model/wire';
import { select } from '../state/selecting';
import { ActionButton } from './action-button';
import { usePage, useValue } from './context';
import { VirtualList } from './virtual-list';

const rowHeight = 32;
const none: readonly Annotation[] = [];

function Row({ annotation, name, selected }: { annotation: Annotation; name: string; selected: boolean }) {
  const page = usePage();
  return (
    <button
      type="button"
      role="option"
      class={`annotation-row${selected ? ' current' : ''}`}
      aria-selected={selected}
      title={annotation.score > 0 ? `Score ${percent(annotation.score)}` : 'No score'}
      onClick={(event) => select(page, annotation.id, event.shiftKey || event.ctrlKey || event.metaKey)}
    >
      <span class="swatch" style={{ background: css(colorOf(annotation.class_id)) }} />
      <span class="class-name">{name}</span>
      <span class="muted tabular">{area(annotation.area)}</span>
    </button>
  );
}

function SelectionBar() {
  const size = useValue((state) => state.selection.size);
  const project = useValue((state) => state.project);
  const classId = useValue((state) => state.classId);
  const name = project?.classes.find((item) => item.id === classId)?.name ?? 'chosen class';
  return (
    <footer class="panel-foot">
      {size === 0 ? (
        <span class="muted">Click a mask to select it</span>
      ) : (
        <>
          <ActionButton id="relabel" text={`Make it ${name}`} keyShown side="above" />
          <span class="grow" />
          <ActionButton id="delete" icon="trash" kind="danger" side="above" />
        </>
      )}
    </footer>
  );
}

export function AnnotationList() {
  const annotations = useValue((state) => state.picture?.annotations ?? none);
  const classes = useValue((state) => state.project?.classes ?? null);
  const selection = useValue((state) => state.selection);
  const names = new Map((classes ?? []).map((item) => [item.id, item.name]));
  const at = annotations.findIndex((annotation) => selection.has(annotation.id));
  return (
    <section class="panel annotations" aria-label="Annotations">
      <header class="panel-head">
        <h2>Annotations</h2>
        <span class="muted tabular">{count(annotations.length)}</span>
        <span class="grow" />
        <ActionButton id="undo" icon="undo" />
        <ActionButton id="redo" icon="redo" />
        <ActionButton id="clear-all" icon="broom" />
        <ActionButton id="save" icon="save" />
      </header>
      {annotations.length === 0 && <p class="empty">Nothing on this image yet.</p>}
      <VirtualList
        count={annotations.length}
        row={rowHeight}
        label="Annotations"
        current={at >= 0 ? at : annotations.length - 1}
        render={(index) => {
          const annotation = annotations[index];
          if (annotation === undefined) return null;
          const name = names.get(annotation.class_id) ?? `class ${annotation.class_id}`;
          return (
            <Row key={annotation.id} annotation={annotation} name={name} selected={selection.has(annotation.id)} />
          );
        }}
      />
      <SelectionBar />
    </section>
  );
}
