// One annotation in the list.

import { colorOf, css } from '../../model/color';
import { area, percent, seconds } from '../../model/format';
import type { Annotation } from '../../model/wire';
import { isHidden, isLocked, toggleAside } from '../../state/editing/put-aside';
import { text } from '../../text/en';
import { ClassName } from '../class-name';
import { usePage, useValue } from '../context';
import { Icon, type IconName } from '../icon';

const words = text.review;

// For the pointer; keys and the help have the same for what is selected, so that screen readers need not meet it in each row.
function Switch({ how, icon, on, id }: { how: 'hidden' | 'locked'; icon: IconName; on: boolean; id: number }) {
  const page = usePage();
  const title = how === 'hidden' ? words.hideOne : words.lockOne;
  return (
    <span
      class={`row-switch${on ? ' on' : ''}`}
      aria-hidden="true"
      title={title}
      onClick={(event) => {
        event.stopPropagation();
        toggleAside(page, how, [id]);
      }}
    >
      <Icon name={icon} />
    </span>
  );
}

function Marks({ annotation }: { annotation: Annotation }) {
  const { review = '', note = '' } = annotation;
  return (
    <>
      {note !== '' && (
        <span class="row-mark note" title={note}>
          <Icon name="note" />
        </span>
      )}
      {review === 'accepted' && (
        <span class="row-mark accepted" title={words.state.accepted}>
          <Icon name="check" />
        </span>
      )}
      {review === 'rejected' && (
        <span class="row-mark rejected" title={words.state.rejected}>
          <Icon name="cross" />
        </span>
      )}
    </>
  );
}

interface Props {
  readonly annotation: Annotation;
  readonly number: number; // its place in the order they are drawn, from 1
  readonly name: string;
  readonly selected: boolean;
  readonly focusable: boolean;
  readonly onChoose: (event: MouseEvent) => void;
}

export function AnnotationRow({ annotation, number, name, selected, focusable, onChoose }: Props) {
  const { id, review = '', score, note = '' } = annotation;
  const hidden = useValue((state) => isHidden(state, id));
  const locked = useValue((state) => isLocked(state, id));
  const spent = annotation.seconds ?? 0;
  const title = words.annotationTitle(
    String(number),
    name,
    id,
    score > 0 ? percent(score) : null,
    spent > 0 ? seconds(1000 * spent) : null,
  );
  const spoken = [name, words.state[review], hidden ? words.hidden : '', locked ? words.locked : '', note];
  return (
    <button
      type="button"
      role="option"
      class={`annotation-row ${review}${selected ? ' current' : ''}${hidden ? ' hidden' : ''}`}
      aria-selected={selected}
      aria-label={`${number}. ${spoken.filter((part) => part !== '').join(', ')}, ${area(annotation.area)}`}
      tabIndex={focusable ? 0 : -1}
      data-id={id}
      title={note === '' ? title : `${title}\n${note}`}
      onClick={onChoose}
    >
      <span class="order tabular">{number}</span>
      <span class="swatch" style={{ color: css(colorOf(annotation.class_id)), background: css(colorOf(annotation.class_id)) }} />
      <ClassName name={name} />
      <Marks annotation={annotation} />
      <Switch how="locked" icon={locked ? 'lock' : 'unlock'} on={locked} id={id} />
      <Switch how="hidden" icon={hidden ? 'hidden' : 'eye'} on={hidden} id={id} />
      {score > 0 && <span class="row-score tabular">{percent(score)}</span>}
      <span class="area muted tabular">{area(annotation.area)}</span>
    </button>
  );
}
