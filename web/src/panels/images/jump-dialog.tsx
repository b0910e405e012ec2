// Where to go: a number, or a part of a name, with what it may mean as it is typed.

import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from '../../model/format';
import { goTo, jump, suggest, whyBroken, type Suggestions } from '../../state/images/navigation';
import { text } from '../../text/en';
import { usePage, useValue } from '../context';
import { Dialog } from '../dialog';
import { Thumbnail } from './thumbnail';
import { VirtualList } from '../virtual-list';

const words = text.images;
const rowHeight = 44;
const rowsShown = 6;
const typingPauseMs = 100;
const listId = 'jump-list';
const rowId = (index: number) => `${listId}-${index}`;
const nothing: Suggestions = { entries: [], more: 0 };

export function JumpDialog() {
  const page = usePage();
  const all = useValue((state) => state.images.all);
  const [typed, setTyped] = useState('');
  const [known, setKnown] = useState<{ for: string; what: Suggestions }>({ for: '', what: nothing });
  const [at, setAt] = useState(0);
  const [answer, setAnswer] = useState('');
  const newest = useRef('');
  newest.current = typed;
  useEffect(() => {
    if (typed.trim() === '') return setKnown({ for: typed, what: nothing });
    const timer = setTimeout(() => {
      suggest(page, typed)
        .then((what) => newest.current === typed && setKnown({ for: typed, what }))
        .catch((error: unknown) => setAnswer(String(error)));
    }, typingPauseMs);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => setAt(0), [known]);
  const { entries, more } = known.what;
  const unknown = typed.trim() !== '' && known.for === typed && entries.length === 0;
  const shown = unknown ? 0 : Math.min(Math.max(entries.length, 1), rowsShown);
  const openAt = (index: number) => {
    const entry = entries[index];
    if (entry === undefined) return;
    if (entry.state === 'broken') return setAnswer(whyBroken(entry));
    page.store.set({ dialog: null });
    goTo(page, entry.name, entry.position);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const isKnown = known.for === typed; // else it was typed faster than it was looked up
    if (isKnown && entries[at] !== undefined) return openAt(at);
    if (unknown) return; // said already
    setAnswer(words.searching);
    setAnswer((await jump(page, typed)) ?? '');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, entries.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
    else return;
    setAnswer('');
    event.preventDefault();
  };
  const said = answer !== '' ? answer : unknown ? words.noSuch(all) : more > 0 ? words.jumpMore(count(more)) : '';
  return (
    <Dialog title={words.jump} kind="jump-dialog">
      <form onSubmit={(event) => void submit(event)} onKeyDown={onKeyDown}>
        <input
          type="text"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={entries.length > 0}
          aria-controls={listId}
          {...(entries[at] === undefined ? {} : { 'aria-activedescendant': rowId(at) })}
          data-first
          autocomplete="off"
          spellcheck={false}
          class="field"
          aria-label={words.jumpField}
          placeholder={words.jumpHint(count(all))}
          value={typed}
          onInput={(event) => {
            setAnswer('');
            setTyped(event.currentTarget.value);
          }}
        />
        <div class="suggestions" style={{ height: `${shown * rowHeight}px` }}>
          {typed.trim() === '' && <p class="hint">{words.jumpEmpty(count(all))}</p>}
          <VirtualList
            count={entries.length}
            row={rowHeight}
            label={words.jump}
            id={listId}
            current={entries.length === 0 ? null : at}
            render={(index) => {
              const entry = entries[index];
              if (entry === undefined) return null;
              return (
                <button
                  type="button"
                  role="option"
                  id={rowId(index)}
                  key={entry.name}
                  class={`suggestion${index === at ? ' current' : ''}`}
                  aria-selected={index === at}
                  aria-disabled={entry.state === 'broken'}
                  tabIndex={-1}
                  onClick={() => openAt(index)}
                >
                  {entry.state === 'broken' ? (
                    <span class="thumbnail" />
                  ) : (
                    <Thumbnail name={entry.name} key={entry.name} side={96} />
                  )}
                  <span class="image-name">{entry.name}</span>
                  <span class="muted tabular">{count(entry.position + 1)}</span>
                </button>
              );
            }}
          />
        </div>
        <p class="answer" role="status">
          {said}
        </p>
      </form>
    </Dialog>
  );
}
