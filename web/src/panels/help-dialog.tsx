// All keys, from the same records that the keys themselves come from: searched as one types, and changed here.

import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { placeOf, type Action, type Group } from '../input/action';
import { actions } from '../input/actions';
import { keyName, keysOf, keyText, type ChosenKeys } from '../input/keymap';
import { chosenKeys, hasLetterKeys } from '../input/place';
import { findsKey } from '../input/key-search';
import { choose, holderOf, isModifier, refusedBy, reset } from '../input/remap';
import { setPreference } from '../state/preferences';
import { text } from '../text/en';
import { usePage, useValue } from './context';
import { Dialog } from './dialog';
import { Icon } from './icon';

const named = text.keys;
const groups: readonly Group[] = ['Images', 'Prompt', 'Annotations', 'Classes', 'Cross', 'View', 'Viewer', 'Review', 'Program'];

// A key that is being chosen. pressed: it belongs to another action; what becomes of it is asked.
interface Choosing {
  readonly action: Action;
  readonly besides: boolean;
  readonly pressed: { readonly key: string; readonly holder: Action } | null;
  readonly refusal: string | null;
}

function titleOf(action: Action): string {
  return placeOf(action) === 'export' ? named.inExport(action.title) : action.title;
}

function keysShown(keys: readonly string[], letters: boolean): readonly string[] {
  if (keys.length > 4) return [`${keyText(keys[0]!, letters)} … ${keyText(keys.at(-1)!, letters)}`];
  return keys.map((key) => keyText(key, letters));
}

interface QuestionProps {
  readonly text: string;
  readonly answer: string;
  readonly kind: 'primary' | 'danger filled'; // of the answer's button
  readonly proceed: () => void;
  readonly cancel: () => void;
}

// The focus goes to what was asked, on the answer that goes on.
function Question({ text: asked, answer, kind, proceed, cancel }: QuestionProps) {
  const id = useId();
  const first = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);
  return (
    <>
      <span class="grow" id={id}>
        {asked}
      </span>
      <button type="button" class={`button ${kind}`} ref={first} aria-describedby={id} onClick={proceed}>
        {answer} <kbd>Enter</kbd>
      </button>
      <button type="button" class="button" onClick={cancel}>
        {named.keep} <kbd>Esc</kbd>
      </button>
    </>
  );
}

function Conflict({ choosing, take, cancel }: { choosing: Choosing; take: () => void; cancel: () => void }) {
  const { pressed, refusal } = choosing;
  return (
    <div class="help-conflict" role="alert">
      {refusal !== null && <span>{refusal}</span>}
      {pressed !== null && (
        <Question
          text={named.taken(keyText(pressed.key), titleOf(pressed.holder))}
          answer={named.take}
          kind="primary"
          proceed={take}
          cancel={cancel}
        />
      )}
    </div>
  );
}

interface RowProps {
  readonly action: Action;
  readonly choosing: Choosing | null; // of this action
  readonly begin: (besides: boolean) => void;
  readonly clear: () => void;
  readonly take: () => void;
  readonly cancel: () => void;
}

function Row({ action, choosing, begin, clear, take, cancel }: RowProps) {
  const letters = useValue(hasLetterKeys);
  const keys = keysOf(action, useValue(chosenKeys));
  const title = titleOf(action);
  const changed = keys !== action.keys;
  const waits = choosing !== null && choosing.pressed === null;
  const change = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  // The answer's button is gone with the question.
  useLayoutEffect(() => {
    if (asked.current && choosing?.pressed == null) change.current?.focus();
    asked.current = choosing !== null && choosing.pressed !== null;
  }, [choosing]);
  return (
    <li class={`help-row${changed ? ' changed' : ''}`}>
      <span class="help-title">{title}</span>
      {action.fixed !== true && (
        <span class="help-tools">
          <button type="button" class="button small" ref={change} aria-label={named.changeOf(title)} onClick={() => begin(false)}>
            {named.change}
          </button>
          <button type="button" class="button small" aria-label={named.addKeyOf(title)} onClick={() => begin(true)}>
            {named.addKey}
          </button>
          {changed && (
            <button type="button" class="button small" aria-label={named.resetOf(title)} onClick={clear}>
              {named.reset}
            </button>
          )}
        </span>
      )}
      <span class="help-keys">
        {waits && (
          <span class="help-press" role="status">
            {choosing.besides || keys.length < 2 ? named.press : named.pressInstead(keysShown(keys, letters))}
          </span>
        )}
        {!waits && keys.length === 0 && <span class="muted">{named.noKey}</span>}
        {!waits && keysShown(keys, letters).map((key) => <kbd key={key}>{key}</kbd>)}
      </span>
      {choosing !== null && (choosing.pressed !== null || choosing.refusal !== null) && (
        <Conflict choosing={choosing} take={take} cancel={cancel} />
      )}
    </li>
  );
}

function Mouse({ query }: { query: string }) {
  const shown = named.mouse.filter(([title, how]) => findsKey(`${title} ${how}`, [], true, query));
  if (shown.length === 0) return null;
  return (
    <section>
      <h3>{named.groups.mouse}</h3>
      <ul class="help-list">
        {shown.map(([title, how]) => (
          <li class="help-row" key={title}>
            <span class="help-title">{title}</span>
            <span class="muted">{how}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function HelpDialog() {
  const page = usePage();
  const chosen = useValue(chosenKeys);
  const letters = useValue(hasLetterKeys);
  const [query, setQuery] = useState('');
  const [choosing, setChoosing] = useState<Choosing | null>(null);
  const [asking, setAsking] = useState(false); // whether all keys are to be reset
  const search = useRef<HTMLInputElement>(null);
  const close = () => page.store.set({ dialog: null });
  const keep = (keys: ChosenKeys) => {
    setPreference(page, 'keys', keys);
    setChoosing(null);
  };
  const begin = (action: Action, besides: boolean) => setChoosing({ action, besides, pressed: null, refusal: null });
  const take = (key: string) => {
    const { action, besides } = choosing!;
    keep(choose(actions, chosen, action, key, besides));
  };
  const press = (key: string) => {
    const { action } = choosing!;
    if (key === 'Escape') return setChoosing(null);
    const keeper = refusedBy(key);
    if (keeper !== null) return setChoosing({ ...choosing!, refusal: named.refused[keeper](keyText(key)) });
    const holder = holderOf(actions, chosen, action, key);
    if (holder === null) return take(key);
    if (holder.fixed === true)
      return setChoosing({ ...choosing!, refusal: named.fixed(keyText(key), titleOf(holder)) });
    setChoosing({ ...choosing!, pressed: { key, holder }, refusal: null });
  };
  // Before the dialog's own keys, and the browser's.
  const capture = (event: KeyboardEvent) => {
    if (choosing === null || choosing.pressed !== null) return;
    const key = keyName(event);
    event.preventDefault();
    event.stopPropagation();
    if (!isModifier(key)) press(key);
  };
  // The button that asked is gone: the search takes the focus.
  const answered = () => {
    setAsking(false);
    search.current?.focus();
  };
  const keys = (key: string) => {
    if (key === 'Escape' && choosing !== null) {
      setChoosing(null);
      return true;
    }
    if (key === 'Escape' && asking) {
      answered();
      return true;
    }
    if (key !== '?' || document.activeElement === search.current) return false;
    close();
    return true;
  };
  const shown = actions.filter((action) => findsKey(titleOf(action), keysOf(action, chosen), letters, query));
  const changed = Object.keys(chosen).length;
  return (
    <Dialog title={named.title} wide keys={keys}>
      <div class="help-head" onKeyDownCapture={capture}>
        <label class="search">
          <Icon name="search" />
          <input
            ref={search}
            type="text"
            data-first
            autocomplete="off"
            spellcheck={false}
            placeholder={named.search}
            aria-label={named.search}
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </label>
        <p class="muted">{letters ? named.letters : named.lettersOff}</p>
      </div>
      <div class="help-scroll" onKeyDownCapture={capture}>
        <div class={query === '' ? 'help' : 'help found'}>
        {groups.map((group) => {
          const rows = shown.filter((action) => action.group === group);
          if (rows.length === 0) return null;
          return (
            <section key={group}>
              <h3>{named.groups[group]}</h3>
              <ul class="help-list">
                {rows.map((action) => (
                  <Row
                    key={action.id}
                    action={action}
                    choosing={choosing?.action.id === action.id ? choosing : null}
                    begin={(besides) => begin(action, besides)}
                    clear={() => keep(reset(actions, chosen, action))}
                    take={() => take(choosing!.pressed!.key)}
                    cancel={() => setChoosing(null)}
                  />
                ))}
              </ul>
            </section>
          );
        })}
        <Mouse query={query} />
        {shown.length === 0 && <p class="muted">{named.none}</p>}
        </div>
      </div>
      <div class="dialog-buttons">
        {changed > 0 && !asking && (
          <button type="button" class="button" onClick={() => setAsking(true)}>
            {named.resetAll}
          </button>
        )}
        {asking && (
          <div class="help-conflict" role="alert">
            <Question
              text={named.resetAllText(changed)}
              answer={named.resetAll}
              kind="danger filled"
              proceed={() => {
                keep({});
                answered();
              }}
              cancel={answered}
            />
          </div>
        )}
        {!asking && <span class="grow" />}
        <button type="button" class="button primary" onClick={close}>
          {named.close} <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
