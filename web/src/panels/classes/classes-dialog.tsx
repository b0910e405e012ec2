// Adding, renaming and merging classes: what it changes is shown before anything is.

import { useState } from 'preact/hooks';
import { hasEmptyPart } from '../../model/class-rows';
import { asProblem } from '../../model/problem';
import type { Class, ClassesResult, JobRequest } from '../../model/wire';
import { chooseWhenAdded } from '../../state/project/class-changes';
import { startJob, tryOut, type Found } from '../../state/project/jobs';
import { text } from '../../text/en';
import { linesOf, type Kind } from './class-changes';
import { ClassField } from './class-field';
import { usePage, useValue } from '../context';
import { Dialog } from '../dialog';

const words = text.classes;
const kinds: readonly Kind[] = ['add', 'rename', 'merge'];
const none: readonly Class[] = [];

type Looked =
  | { readonly state: 'not' | 'looking' }
  | { readonly state: 'found'; readonly found: Found<ClassesResult> }
  | { readonly state: 'refused'; readonly why: string };

function Changes(asked: { kind: Kind; name: string; to: string; result: ClassesResult }) {
  const lines = linesOf(asked.kind, asked.to, asked.result);
  return (
    <div class="changes" data-testid="changes">
      <p>{words.doIt[asked.kind](asked.name, asked.to)}</p>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}

const notes: Readonly<Record<Kind, string>> = { add: words.addNote, rename: words.renameNote, merge: words.mergeNote };

export function ClassesDialog() {
  const page = usePage();
  const classes = useValue((state) => state.project?.classes ?? none);
  const chosen = useValue((state) => state.classId);
  const [kind, setKind] = useState<Kind>('add');
  const [classId, setClassId] = useState(chosen);
  const [intoId, setIntoId] = useState<number | null>(null);
  const [typed, setTyped] = useState('');
  const [looked, setLooked] = useState<Looked>({ state: 'not' });
  const nameOf = (id: number | null) => classes.find((item) => item.id === id)?.name ?? '';
  const [name, to] =
    kind === 'add' ? [typed.trim(), ''] : [nameOf(classId), kind === 'rename' ? typed.trim() : nameOf(intoId)];
  const complete = name !== '' && (kind === 'add' || (to !== '' && to !== name));
  const request = (dry_run: boolean): JobRequest => ({
    kind: 'classes',
    change: kind,
    name,
    dry_run,
    ...(kind === 'add' ? {} : { to }),
  });
  // Anything that changes the question makes what was found out of date.
  const asking =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setLooked({ state: 'not' });
    };
  const look = async () => {
    const given = kind === 'add' ? name : to;
    if (kind !== 'merge' && hasEmptyPart(given)) return setLooked({ state: 'refused', why: words.emptyPart(given) });
    setLooked({ state: 'looking' });
    try {
      setLooked({ state: 'found', found: await tryOut<ClassesResult>(page, request(true)) });
    } catch (error) {
      setLooked({ state: 'refused', why: asProblem(error).message });
    }
  };
  const act = async () => {
    if (!complete) return;
    if (looked.state === 'not' || looked.state === 'refused') return look();
    if (looked.state !== 'found') return;
    page.store.set({ dialog: null });
    if (kind === 'add') chooseWhenAdded(page, name);
    await startJob(page, request(false));
  };
  const label =
    looked.state === 'found' ? words.doItShort[kind] : looked.state === 'looking' ? words.looking : words.show;
  return (
    <Dialog title={words.editTitle}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        <div class="segmented wide" role="radiogroup" aria-label={words.editTitle}>
          {kinds.map((each) => (
            <button
              type="button"
              key={each}
              class="button"
              role="radio"
              aria-checked={kind === each}
              onClick={() => asking(setKind)(each)}
            >
              {words.change[each]}
            </button>
          ))}
        </div>
        {kind !== 'add' && (
          <div class="form-line">
            <span>{words.which}</span>
            <ClassField classId={classId} label={words.which} hint={words.whichHint} onChoose={asking(setClassId)} />
          </div>
        )}
        {kind === 'merge' ? (
          <div class="form-line">
            <span>{words.into}</span>
            <ClassField
              classId={intoId}
              label={words.into}
              hint={words.whichHint}
              {...(classId === null ? {} : { except: classId })}
              onChoose={asking(setIntoId)}
            />
          </div>
        ) : (
          <label class="form-line">
            <span>{kind === 'add' ? words.newName : words.toName}</span>
            <input
              class="field"
              type="text"
              data-first
              autocomplete="off"
              spellcheck={false}
              placeholder={words.nameHint}
              value={typed}
              onInput={(event) => asking(setTyped)(event.currentTarget.value)}
            />
          </label>
        )}
        <p class="note">{notes[kind]}</p>
        <div class="form-answer" role="status">
          {looked.state === 'looking' && (
            <p class="busy">
              <span class="spinner" aria-hidden="true" />
              {words.looking}
            </p>
          )}
          {looked.state === 'found' && <Changes kind={kind} name={name} to={to} result={looked.found.result} />}
          {looked.state === 'refused' && <p class="refused">{looked.why}</p>}
        </div>
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={() => page.store.set({ dialog: null })}>
            {text.frame.cancel} <kbd>Esc</kbd>
          </button>
          <button
            type="submit"
            class={`button ${looked.state === 'found' && kind === 'merge' ? 'danger filled' : 'primary'}`}
            aria-disabled={!complete || looked.state === 'looking'}
            {...(looked.state === 'found' ? { 'aria-label': words.doIt[kind](name, to) } : {})}
          >
            <span>{label}</span> <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
