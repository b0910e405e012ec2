// Annotations of another tool: where they are, what becomes of those that are here, and what would change, before
// anything does.

import { useEffect, useState } from 'preact/hooks';
import { count } from '../../model/format';
import { whyNothing } from '../../model/import-outcome';
import { asProblem } from '../../model/problem';
import type { DatasetFormat, ImportResult, JobRequest } from '../../model/wire';
import { loadFormats, startJob, tryOut, type Found as TriedOut } from '../../state/project/jobs';
import { text } from '../../text/en';
import { CheckLine } from '../check-line';
import { usePage, useValue } from '../context';
import { Dialog } from '../dialog';
import { FolderField } from './folder-field';

const words = text.jobs;
const none: readonly DatasetFormat[] = [];
const policies = ['refuse', 'keep', 'replace', 'merge'] as const;
type Policy = (typeof policies)[number];
const classesNamed = 12;
const warningsShown = 200;

type Tried =
  | { readonly state: 'not' | 'trying' }
  | { readonly state: 'found'; readonly found: TriedOut<ImportResult> }
  | { readonly state: 'refused'; readonly why: string; readonly passes: boolean }; // passes: once the program answers

function linesOf(result: ImportResult): readonly string[] {
  const { photos_added, classes_added, same_objects, conflicts, without_photo } = result;
  const lines: string[] = [];
  if (classes_added.length > 0) {
    const named = classes_added.slice(0, classesNamed).join(', ');
    const more = classes_added.length - classesNamed;
    lines.push(words.classesAdded(more > 0 ? `${named}, ${words.andMore(count(more))}` : named));
  }
  if (photos_added > 0) lines.push(words.photosAdded(count(photos_added)));
  if (same_objects > 0) lines.push(words.sameObjects(count(same_objects)));
  if (without_photo > 0) lines.push(words.withoutPhoto(count(without_photo)));
  if (conflicts.kept > 0) lines.push(words.conflictsKept(count(conflicts.kept)));
  if (conflicts.replaced > 0) lines.push(words.conflictsReplaced(count(conflicts.replaced)));
  if (conflicts.merged > 0) lines.push(words.conflictsMerged(count(conflicts.merged)));
  return lines;
}

function Changes({ found: { result, message } }: { found: TriedOut<ImportResult> }) {
  const { warnings } = result;
  const lines = linesOf(result);
  const nothing = whyNothing(result);
  return (
    <div class="changes" data-testid="changes">
      <p>{message}</p>
      {lines.length > 0 && (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {nothing !== null && <p class="refused">{words.whyNothing[nothing]}</p>}
      {warnings.length > 0 && (
        <details class="job-log">
          <summary>{words.warnings(count(warnings.length))}</summary>
          <ol>
            {warnings.slice(0, warningsShown).map((warning, i) => (
              <li key={i}>{warning}</li>
            ))}
          </ol>
        </details>
      )}
    </div>
  );
}

export function ImportDialog() {
  const page = usePage();
  const formats = useValue((state) => state.jobs.formats ?? none);
  const [path, setPath] = useState('');
  const [format, setFormat] = useState('');
  const [policy, setPolicy] = useState<Policy>('keep');
  const [photos, setPhotos] = useState(true);
  const [proposals, setProposals] = useState(false);
  const [emptyAsNew, setEmptyAsNew] = useState(false);
  const [tried, setTried] = useState<Tried>({ state: 'not' });
  useEffect(() => void loadFormats(page), []);
  const connection = useValue((state) => state.connection);
  useEffect(() => {
    if (connection === 'open') setTried((now) => (now.state === 'refused' && now.passes ? { state: 'not' } : now));
  }, [connection]);
  const request = (dry_run: boolean): JobRequest => ({
    kind: 'import',
    path,
    on_conflict: policy,
    photos,
    proposals,
    empty_as_new: emptyAsNew || proposals,
    dry_run,
    ...(format === '' ? {} : { format }),
  });
  // Anything that changes the question makes what was found out of date.
  const asking =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setTried({ state: 'not' });
    };
  const attempt = async () => {
    setTried({ state: 'trying' });
    try {
      setTried({ state: 'found', found: await tryOut<ImportResult>(page, request(true)) });
    } catch (error) {
      const { message, type } = asProblem(error);
      setTried({ state: 'refused', why: message, passes: type === 'unreachable' });
    }
  };
  const inVain = tried.state === 'found' && whyNothing(tried.found.result) !== null;
  const act = async () => {
    if (path === '' || tried.state === 'trying') return;
    if (tried.state !== 'found' || inVain) return attempt();
    const job = await startJob(page, request(false));
    if (job !== null) page.store.set({ dialog: null });
  };
  return (
    <Dialog title={words.importTitle} kind="form">
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        <p class="note">{words.importText}</p>
        <div class="form-line">
          <span>{words.importPath}</span>
          <FolderField path={path} label={words.importPath} files onChange={asking(setPath)} />
        </div>
        <label class="form-line">
          <span>{words.format}</span>
          <select class="field" value={format} onChange={(event) => asking(setFormat)(event.currentTarget.value)}>
            <option value="">{words.recognise}</option>
            {formats.map((each) => (
              <option key={each.name} value={each.name}>
                {each.title}
              </option>
            ))}
          </select>
        </label>
        <label class="form-line">
          <span>{words.conflicts}</span>
          <select
            class="field"
            value={policy}
            onChange={(event) => asking(setPolicy)(policies.find((each) => each === event.currentTarget.value) ?? 'keep')}
          >
            {policies.map((each) => (
              <option key={each} value={each}>
                {words.conflict[each]}
              </option>
            ))}
          </select>
        </label>
        <div class="form-line">
          <span />
          <div class="choices">
            <CheckLine checked={photos} label={words.importPhotos} onChange={asking(setPhotos)} />
            <CheckLine checked={proposals} label={words.asProposals} onChange={asking(setProposals)} />
            <CheckLine
              checked={emptyAsNew || proposals}
              disabled={proposals}
              label={words.emptyAsNew}
              onChange={asking(setEmptyAsNew)}
            />
          </div>
        </div>
        <div class="form-answer" role="status">
          {tried.state === 'trying' && (
            <p class="busy">
              <span class="spinner" aria-hidden="true" />
              {words.trying}
            </p>
          )}
          {tried.state === 'found' && <Changes found={tried.found} />}
          {tried.state === 'refused' && <p class="refused">{tried.why}</p>}
        </div>
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={() => page.store.set({ dialog: null })}>
            {text.frame.cancel} <kbd>Esc</kbd>
          </button>
          <button
            type="submit"
            class={inVain ? 'button' : 'button primary'}
            aria-disabled={path === '' || tried.state === 'trying'}
          >
            {inVain ? words.tryAgain : tried.state === 'found' ? words.startImport : words.tryImport} <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
