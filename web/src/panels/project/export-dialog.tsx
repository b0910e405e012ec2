// Where to export to, in which format, and what that cannot hold.

import { useEffect, useState } from 'preact/hooks';
import { count } from '../../model/format';
import type { DatasetFormat } from '../../model/wire';
import { defaultFolder, exportName, hasProposals, loadFormats, startJob } from '../../state/project/jobs';
import { text } from '../../text/en';
import { CheckLine } from '../check-line';
import { usePage, useValue } from '../context';
import { Dialog } from '../dialog';
import { FolderField } from './folder-field';

const words = text.jobs;
const none: readonly DatasetFormat[] = [];

export function ExportDialog() {
  const page = usePage();
  const formats = useValue((state) => state.jobs.formats ?? none);
  const [format, setFormat] = useState('coco');
  const [folder, setFolder] = useState(() => defaultFolder(page.store.get()));
  const [named, setNamed] = useState<string | null>(null); // null: as it is named by itself
  const [begun] = useState(() => new Date());
  const [photos, setPhotos] = useState(true);
  const [exactMasks, setExactMasks] = useState(false);
  const [wanted, setAcceptedOnly] = useState<boolean | null>(null); // null: nobody said
  const proposed = useValue(hasProposals);
  const acceptedOnly = wanted ?? proposed;
  const progress = useValue((state) => state.progress);
  const [overwrite, setOverwrite] = useState(false);
  useEffect(() => void loadFormats(page), []);
  const chosen = formats.find(({ name }) => name === format);
  const name = named ?? exportName(format, chosen?.extension ?? '', begun);
  const path = folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
  const ready = chosen !== undefined && folder !== '' && name.trim() !== '';
  const start = async () => {
    if (!ready) return;
    const job = await startJob(page, {
      kind: 'export',
      format,
      path,
      photos,
      overwrite,
      exact_masks: exactMasks,
      accepted_only: acceptedOnly,
    });
    if (job !== null) page.store.set({ dialog: null });
  };
  return (
    <Dialog title={words.exportTitle} kind="form">
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <label class="form-line">
          <span>{words.format}</span>
          <select class="field" value={format} onChange={(event) => setFormat(event.currentTarget.value)}>
            {formats.map((each) => (
              <option key={each.name} value={each.name}>
                {each.title}
              </option>
            ))}
          </select>
        </label>
        <div class="form-line">
          <span>{words.losses}</span>
          {chosen !== undefined && chosen.losses.length > 0 ? (
            <ul class="losses">
              {chosen.losses.map((loss) => (
                <li key={loss}>{loss}</li>
              ))}
            </ul>
          ) : (
            <p class="losses">{chosen === undefined ? '' : words.noLosses}</p>
          )}
        </div>
        <div class="form-line">
          <span>{words.folder}</span>
          <FolderField path={folder} label={words.folder} files={false} onChange={setFolder} />
        </div>
        <label class="form-line">
          <span>{(chosen?.extension ?? '') === '' ? words.nameOfFolder : words.nameOfFile}</span>
          <input
            class="field"
            type="text"
            autocomplete="off"
            spellcheck={false}
            value={name}
            onInput={(event) => setNamed(event.currentTarget.value)}
          />
        </label>
        <div class="form-line">
          <span />
          <div class="choices">
            <CheckLine checked={photos} label={words.photos} onChange={setPhotos} />
            <CheckLine checked={exactMasks} label={words.exactMasks} onChange={setExactMasks} />
            <CheckLine checked={acceptedOnly} label={words.acceptedOnly} onChange={setAcceptedOnly} />
            {acceptedOnly && progress !== null && (
              <p class="note">{words.leftOut(count(progress.proposals), count(progress.rejected))}</p>
            )}
            <CheckLine checked={overwrite} label={words.overwrite} onChange={setOverwrite} />
          </div>
        </div>
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={() => page.store.set({ dialog: null })}>
            {text.frame.cancel} <kbd>Esc</kbd>
          </button>
          <button type="submit" class="button primary" aria-disabled={!ready}>
            {words.startExport} <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
