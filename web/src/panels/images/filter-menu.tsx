// What the image list shows: by name, state, class and number of objects. Each change lists at once.

import { useEffect, useRef, useState } from 'preact/hooks';
import { changed, filterMenuId, imageStates, isFiltered, partsOf, toggled } from '../../model/filter';
import { count } from '../../model/format';
import type { ImageFilter } from '../../model/wire';
import { countStates, setFilter } from '../../state/images/image-list';
import { noFilter } from '../../state/images/image-list-state';
import { tellError } from '../../state/messages';
import { text } from '../../text/en';
import { ClassField } from '../classes/class-field';
import { usePage, useValue } from '../context';
import { Icon } from '../icon';

const words = text.images;
const typingPauseMs = 150;

function useList() {
  const page = usePage();
  return (filter: ImageFilter) => {
    setFilter(page, filter)
      .then(() => countStates(page))
      .catch((error: unknown) => tellError(page, 'list', error));
  };
}

// Acts a moment after the last key, so that a word costs one request.
function useTyped(value: string, act: (typed: string) => void) {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onInput = (next: string) => {
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => act(next), typingPauseMs);
  };
  return { typed, onInput };
}

// Always there, so that each opening of the menu gives it the focus at once.
function NameField() {
  const page = usePage();
  const list = useList();
  const named = useValue((state) => state.images.filter.text ?? '');
  const { typed, onInput } = useTyped(named, (next) => list(changed(page.store.get().images.filter, { text: next })));
  return (
    <input
      id="filter-name"
      class="field"
      type="text"
      autofocus
      autocomplete="off"
      spellcheck={false}
      aria-label={words.filterName}
      placeholder={words.filterName}
      value={typed}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}

// Nothing is asked while the two make no sense together, or what is typed is no number.
function NumberField({ part, label }: { part: 'atLeast' | 'atMost'; label: string }) {
  const page = usePage();
  const list = useList();
  const filter = useValue((state) => state.images.filter);
  const wanted = filter[part];
  const read = (value: string) => {
    const number = value.trim() === '' ? undefined : /^\d{1,6}$/.test(value.trim()) ? Number(value) : null;
    if (number === null) return null;
    const next = changed(page.store.get().images.filter, { [part]: number });
    return (next.atLeast ?? 0) <= (next.atMost ?? Infinity) ? next : null;
  };
  const { typed, onInput } = useTyped(wanted === undefined ? '' : String(wanted), (next) => {
    const asked = read(next);
    if (asked !== null) list(asked);
  });
  return (
    <label class="number-field">
      <span class="muted">{label}</span>
      <input
        class="field"
        type="text"
        inputMode="numeric"
        autocomplete="off"
        aria-invalid={read(typed) === null}
        value={typed}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

function States() {
  const list = useList();
  const filter = useValue((state) => state.images.filter);
  const counts = useValue((state) => state.images.counts);
  return (
    <div class="state-grid" role="group" aria-label={words.filterState}>
      {imageStates.map((state) => {
        const number = counts[state];
        return (
          <button
            type="button"
            key={state}
            class="state-choice"
            aria-pressed={filter.states?.includes(state) ?? false}
            title={words.stateMeanings[state]}
            onClick={() => list(toggled(filter, state))}
          >
            <span>{words.states[state]}</span>
            <span class="muted tabular">{number === undefined ? '' : count(number)}</span>
          </button>
        );
      })}
    </div>
  );
}

export function FilterMenu() {
  const page = usePage();
  const list = useList();
  const [open, setOpen] = useState(false);
  const filter = useValue((state) => state.images.filter);
  const total = useValue((state) => state.images.total);
  const all = useValue((state) => state.images.all);
  const toggledNow = (event: ToggleEvent) => {
    setOpen(event.newState === 'open');
    if (event.newState === 'open') countStates(page).catch((error: unknown) => tellError(page, 'list', error));
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    event.stopPropagation(); // the page's own keys rest
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.currentTarget.hidePopover();
    // The browser takes the focus from what is hidden only at the next frame: a key before that would be lost.
    if (event.currentTarget.contains(document.activeElement)) (document.activeElement as HTMLElement).blur();
  };
  return (
    <>
      <button
        type="button"
        class="button filter-button"
        aria-haspopup="dialog"
        aria-pressed={isFiltered(filter)}
        aria-keyshortcuts="Shift+F"
        popovertarget={filterMenuId}
        data-testid="filter"
      >
        <Icon name="filter" />
        <span>{words.filter}</span>
        {isFiltered(filter) && <span class="badge tabular">{partsOf(filter).length}</span>}
      </button>
      <div
        class="menu filter-menu"
        id={filterMenuId}
        role="dialog"
        aria-label={words.filterTitle}
        popover="auto"
        onToggle={(event) => toggledNow(event as unknown as ToggleEvent)}
        onKeyDown={onKeyDown}
      >
        <NameField />
        {open && (
          <>
            <h3>{words.filterState}</h3>
            <States />
            <h3>{words.filterClass}</h3>
            <ClassField
              classId={filter.classId ?? null}
              label={words.filterClass}
              hint={words.filterClassHint}
              onChoose={(classId) => list(changed(filter, { classId: classId ?? undefined }))}
            />
            <h3>{words.filterObjects}</h3>
            <div class="filter-numbers">
              <NumberField part="atLeast" label={words.atLeast} />
              <NumberField part="atMost" label={words.atMost} />
            </div>
            <footer>
              <span class="muted tabular" role="status">
                {words.ofAll(count(total), count(all))}
              </span>
              <span class="grow" />
              <button
                type="button"
                class="button"
                aria-disabled={!isFiltered(filter)}
                onClick={() => isFiltered(filter) && list(noFilter)}
              >
                {words.clearFilter}
              </button>
            </footer>
          </>
        )}
      </div>
    </>
  );
}
