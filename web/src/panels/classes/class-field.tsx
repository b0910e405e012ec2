// A class, found by typing a part of its name.

import { useEffect, useId, useState } from 'preact/hooks';
import { colorOf, css } from '../../model/color';
import type { Class } from '../../model/wire';
import { matching } from '../../state/project/classes';
import { text } from '../../text/en';
import { ClassName } from '../class-name';
import { useValue } from '../context';
import { Icon } from '../icon';
import { VirtualList } from '../virtual-list';

const rowHeight = 26;
const rowsShown = 6;
const none: readonly Class[] = [];

interface Props {
  readonly classId: number | null;
  readonly label: string;
  readonly hint: string;
  readonly except?: number; // a class that cannot be chosen
  readonly onChoose: (classId: number | null) => void; // null: none
}

export function ClassField({ classId, label, hint, except, onChoose }: Props) {
  const classes = useValue((state) => state.project?.classes ?? none);
  const chosen = classes.find(({ id }) => id === classId);
  const [typed, setTyped] = useState<string | null>(null); // null: the list is shut
  const [at, setAt] = useState(0);
  useEffect(() => setAt(0), [typed]);
  const listId = useId();
  const rowId = (item: Class | undefined) => (item === undefined ? undefined : `${listId}-${item.id}`);
  const found = typed === null ? none : matching(classes, typed).filter(({ id }) => id !== except);
  const choose = (item: Class | undefined) => {
    if (item === undefined) return;
    setTyped(null);
    onChoose(item.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') typed === null ? setTyped('') : setAt(Math.min(at + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && typed !== null) choose(found[at]);
    else if (event.key === 'Escape' && typed !== null) setTyped(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="class-field">
      <div class="class-field-line">
        {chosen !== undefined && typed === null && (
          <span class="swatch" style={{ background: css(colorOf(chosen.id)) }} />
        )}
        <input
          class="field"
          type="text"
          role="combobox"
          autocomplete="off"
          spellcheck={false}
          aria-label={label}
          aria-autocomplete="list"
          aria-expanded={typed !== null}
          {...(typed === null ? {} : { 'aria-controls': listId, 'aria-activedescendant': rowId(found[at]) })}
          placeholder={hint}
          value={typed ?? chosen?.name ?? ''}
          onFocus={(event) => event.currentTarget.select()}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onBlur={() => setTyped(null)}
          onKeyDown={onKeyDown}
        />
        {chosen !== undefined && (
          <button type="button" class="button square" aria-label={text.classes.none} onClick={() => onChoose(null)}>
            <Icon name="close" />
          </button>
        )}
      </div>
      {typed !== null && (
        <div
          class="class-field-list"
          style={{ height: `${Math.min(rowsShown, Math.max(1, found.length)) * rowHeight}px` }}
          onMouseDown={(event) => {
            event.preventDefault(); // the field keeps the focus
            event.stopPropagation();
          }}
        >
          {found.length === 0 && <p class="muted">{text.classes.noneFound}</p>}
          <VirtualList
            count={found.length}
            row={rowHeight}
            label={label}
            id={listId}
            current={at}
            render={(index) => {
              const item = found[index];
              if (item === undefined) return null;
              return (
                <button
                  type="button"
                  role="option"
                  id={rowId(item)}
                  key={item.id}
                  class={`class-row${index === at ? ' current' : ''}`}
                  aria-selected={index === at}
                  tabIndex={-1}
                  onClick={() => choose(item)}
                >
                  <span class="swatch" style={{ background: css(colorOf(item.id)) }} />
                  <ClassName name={item.name} />
                </button>
              );
            }}
          />
        </div>
      )}
    </div>
  );
}
