// Below the picture: what a walk looks at, what may be done with it, and the keys for that.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { actionOf } from '../../input/actions';
import { colorOf, css } from '../../model/color';
import { area, count, percent } from '../../model/format';
import type { Annotation } from '../../model/wire';
import {
  annotationLookedAt,
  cancelNote,
  giveNote,
  nameOfClass,
  openCount,
  placeIn,
  resume,
  setBare,
  stopFixing,
  walkOf,
} from '../../state/review/walking';
import type { Walk } from '../../state/review/review-state';
import { hasPrompt } from '../../state/prompting/prompting';
import { text } from '../../text/en';
import { ActionButton } from '../action-button';
import { ClassName } from '../class-name';
import { usePage, useValue } from '../context';
import { Icon } from '../icon';
import { useKey, withKey } from '../keys';

const words = text.review;

function Name({ annotation }: { annotation: Annotation }) {
  const name = useValue((state) => nameOfClass(state, annotation.class_id));
  const review = annotation.review ?? '';
  return (
    <>
      <span class="target">
        <span class="swatch" style={{ background: css(colorOf(annotation.class_id)) }} />
        <ClassName name={name} />
      </span>
      {annotation.score > 0 && (
        <span class="walk-score" data-testid="walk-score">
          <span class="walk-meter" aria-hidden="true">
            <span style={{ width: percent(Math.min(1, annotation.score)).replace(' ', '') }} />
          </span>
          <span class="tabular">{percent(annotation.score)}</span>
        </span>
      )}
      <span class="muted tabular">{area(annotation.area)}</span>
      <span class={`walk-state ${review}`}>{words.state[review]}</span>
      {(annotation.note ?? '') !== '' && (
        <span class="walk-note" title={annotation.note}>
          <Icon name="note" /> {annotation.note}
        </span>
      )}
    </>
  );
}

function Place({ walk }: { walk: Walk }) {
  const picture = useValue((state) => state.picture);
  if (picture === null) return null;
  const { number, of } = placeIn(walk, picture);
  return (
    <span class="walk-place">
      <strong>{words.title[walk.kind]}</strong>
      {number > 0 && <span class="tabular">{words.place(count(number), count(of))}</span>}
      {walk.kind === 'review' && of > 0 && (
        <>
          <span class="muted tabular walk-long">{words.left(count(openCount(walk, picture)))}</span>
          <span class="muted tabular walk-short">{words.leftShort(count(openCount(walk, picture)))}</span>
        </>
      )}
    </span>
  );
}

function NoteField({ walk, annotation }: { walk: Walk; annotation: Annotation }) {
  const page = usePage();
  const earlier = useValue((state) => state.review.notes);
  const rejects = walk.asking === 'reject';
  const [typed, setTyped] = useState(annotation.note ?? '');
  const [at, setAt] = useState(-1); // among the earlier notes
  const ref = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => ref.current!.select(), []); // what is typed right after the key belongs to the note
  const choose = (index: number) => {
    const wanted = Math.min(Math.max(index, -1), earlier.length - 1);
    setAt(wanted);
    setTyped(wanted < 0 ? '' : earlier[wanted]!);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') cancelNote(page);
    else if (event.key === 'ArrowUp') choose(at + 1);
    else if (event.key === 'ArrowDown') choose(at - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const label = rejects ? words.rejectPrompt : words.notePrompt;
  return (
    <form
      class="walk-row"
      onSubmit={(event) => {
        event.preventDefault();
        void giveNote(page, typed);
      }}
    >
      <input
        ref={ref}
        class="field"
        type="text"
        maxLength={500}
        autocomplete="off"
        aria-label={label}
        placeholder={label}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {earlier.slice(0, 3).map((note) => (
        <button type="button" class="button small walk-earlier" key={note} title={note} onClick={() => setTyped(note)}>
          {note}
        </button>
      ))}
      <button type="button" class="button" onClick={() => cancelNote(page)}>
        {words.cancel} <kbd>Esc</kbd>
      </button>
      <button type="submit" class={`button ${rejects ? 'danger filled' : 'primary'}`}>
        {rejects ? words.reject.review : words.save} <kbd>Enter</kbd>
      </button>
    </form>
  );
}

// Held by the pointer as by its key.
function HideButton() {
  const page = usePage();
  const bare = useValue((state) => walkOf(state)?.bare === true);
  const release = () => setBare(page, false);
  const key = useKey(actionOf('walk-hide'));
  return (
    <button
      type="button"
      class="button square"
      aria-label={words.hideTitle}
      aria-keyshortcuts={key.spoken}
      aria-pressed={bare}
      data-tip={withKey(words.hide, key.text)}
      data-side="above"
      onPointerDown={() => setBare(page, true)}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onClick={(event) => event.detail === 0 && setBare(page, !bare)}
    >
      <Icon name="mask" />
    </button>
  );
}

function Buttons({ walk, isHere }: { walk: Walk; isHere: boolean }) {
  const { kind } = walk;
  return (
    <div class="walk-row" role="toolbar" aria-label={words.title[kind]}>
      <ActionButton id="walk-previous" icon="left" side="above" />
      <ActionButton id="walk-next" icon="right" text={words.next} keyShown side="above" />
      <ActionButton id="walk-undo" icon="undo" side="above" />
      <HideButton />
      <span class="grow" />
      {kind === 'review' && isHere && <ActionButton id="walk-rest" text={words.acceptRest} side="above" />}
      {kind === 'proposals' && <ActionButton id="walk-above" text={words.above} side="above" />}
      {isHere && (
        <>
          <ActionButton id="walk-note" icon="note" side="above" />
          <ActionButton id="walk-fix" text={words.fix} keyShown side="above" />
          <ActionButton id="walk-reject" text={words.reject[kind]} kind="danger" keyShown side="above" />
        </>
      )}
      <ActionButton
        id="walk-accept"
        text={isHere ? words.accept[kind] : words.goOn[kind]}
        kind="primary"
        keyShown
        side="above"
      />
    </div>
  );
}

function Fixing({ annotation }: { annotation: Annotation }) {
  const page = usePage();
  const key = useKey(actionOf('review'));
  const leave = useKey(actionOf('clear-prompt'));
  const prompted = useValue(hasPrompt); // its key clears that first
  const name = useValue((state) => nameOfClass(state, annotation.class_id));
  return (
    <div class="walk-bar fixing" data-testid="walk-bar">
      <div class="walk-row">
        <strong>{words.fixingWhat(name)}</strong>
        <span class="muted">{words.fixingHow}</span>
        <span class="grow" />
        <button type="button" class="button" title={words.stopFixingTitle} onClick={() => stopFixing(page)}>
          {words.stopFixing} {!prompted && <kbd>{leave.text}</kbd>}
        </button>
        <button type="button" class="button primary" aria-keyshortcuts={key.spoken} onClick={() => resume(page)}>
          {words.resume} <kbd>{key.text}</kbd>
        </button>
      </div>
    </div>
  );
}

function Nothing({ walk }: { walk: Walk }) {
  const empty = useValue((state) => state.picture?.annotations.length === 0);
  if (walk.looking) {
    return (
      <span class="busy">
        <span class="spinner" aria-hidden="true" /> {words.looking}
      </span>
    );
  }
  return <span class="muted">{empty ? words.emptyHere : words.nothingHere[walk.kind]}</span>;
}

export function WalkBar() {
  const walk = useValue(walkOf);
  const annotation = useValue(annotationLookedAt);
  if (walk === null) return null;
  if (walk.fixing !== null && annotation !== null) return <Fixing annotation={annotation} />;
  return (
    <div class={`walk-bar ${walk.kind}`} data-testid="walk-bar">
      <div class="walk-row walk-what">
        <Place walk={walk} />
        <span class="divider" />
        {annotation === null ? <Nothing walk={walk} /> : <Name annotation={annotation} />}
        <span class="grow" />
        {walk.kind !== 'proposals' && <ActionButton id="mend" icon="list" side="above" />}
        <ActionButton id="walk-close" icon="close" side="above" />
      </div>
      {walk.asking !== null && annotation !== null ? (
        <NoteField key={`${walk.asking}${annotation.id}`} walk={walk} annotation={annotation} />
      ) : (
        <Buttons walk={walk} isHere={annotation !== null} />
      )}
    </div>
  );
}
