// A place on the machine of the program: typed, or walked to. Of files only those are listed that can be chosen.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { asProblem } from '../../model/problem';
import type { Folder } from '../../model/wire';
import { text } from '../../text/en';
import { usePage } from '../context';
import { Icon } from '../icon';
import { VirtualList } from '../virtual-list';

const words = text.jobs;
const rowHeight = 26;
const typingPauseMs = 250;

interface Props {
  readonly path: string; // empty: where the program begins
  readonly label: string;
  readonly files: boolean; // whether one may be chosen
  readonly onChange: (path: string) => void;
}

type Row = { readonly kind: 'parent' | 'folder' | 'file'; readonly name: string };

function rowsOf(folder: Folder, files: boolean): readonly Row[] {
  const rows: Row[] = folder.parent === null ? [] : [{ kind: 'parent', name: '..' }];
  for (const name of folder.folders) rows.push({ kind: 'folder', name });
  if (files) for (const name of folder.files) rows.push({ kind: 'file', name });
  return rows;
}

function inside(folder: string, name: string): string {
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}

function above(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

export function FolderField({ path, label, files, onChange }: Props) {
  const page = usePage();
  const [folder, setFolder] = useState<Folder | null>(null);
  const [trouble, setTrouble] = useState('');
  const [typed, setTyped] = useState(path);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const newest = useRef(0);
  const field = useRef<HTMLInputElement>(null);
  const touched = useRef(false); // somebody typed or walked: an answer about the beginning comes too late
  // A path that is no folder is a file, or not there: then the folder it would be in is shown, if that is there.
  const look = async (wanted: string, complain: boolean) => {
    const number = ++newest.current;
    try {
      const found = await page.api.folder(wanted);
      if (number !== newest.current) return;
      setFolder(found);
      setTrouble('');
      if (wanted === '' && !touched.current) {
        setTyped(found.path);
        onChange(found.path);
      }
    } catch (error) {
      if (number !== newest.current) return;
      if (complain) return setTrouble(asProblem(error).message);
      if (!wanted.includes('/')) return;
      const found = await page.api.folder(above(wanted) || '/').catch(() => null);
      if (number === newest.current && found !== null) setFolder(found);
    }
  };
  useEffect(() => {
    const begin = (from: string) => (touched.current ? undefined : look(from, true));
    page.api.folder(path).then(
      () => begin(path),
      () => begin(above(path)), // it will be made
    );
    return () => clearTimeout(timer.current);
  }, []);
  // Who begins to type just now means their own path, not one behind this one.
  useLayoutEffect(() => {
    if (!touched.current) field.current?.select();
  }, [typed]);
  const go = (to: string, walk: boolean) => {
    touched.current = true;
    setTyped(to);
    onChange(to);
    if (walk) void look(to, true);
  };
  const type = (value: string) => {
    touched.current = true;
    setTyped(value);
    onChange(value.trim());
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void look(value.trim(), false), typingPauseMs);
  };
  const rows = folder === null ? [] : rowsOf(folder, files);
  const act = (row: Row) => {
    if (folder === null) return;
    if (row.kind === 'parent') go(folder.parent!, true);
    else go(inside(folder.path, row.name), row.kind === 'folder');
  };
  return (
    <div class="folder-field">
      <input
        ref={field}
        class="field"
        type="text"
        data-first
        autocomplete="off"
        spellcheck={false}
        aria-label={label}
        placeholder={words.path}
        value={typed}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <div class="folder-list">
        {folder !== null && rows.length === 0 && <p class="muted">{words.emptyFolder}</p>}
        <VirtualList
          key={folder?.path ?? ''}
          count={rows.length}
          row={rowHeight}
          label={folder?.path ?? label}
          current={null}
          render={(index) => {
            const row = rows[index];
            if (row === undefined) return null;
            const chosen = folder !== null && row.kind === 'file' && inside(folder.path, row.name) === path;
            return (
              <button
                type="button"
                role="option"
                key={`${row.kind}${row.name}`}
                class={`class-row${chosen ? ' current' : ''}`}
                aria-selected={chosen}
                tabIndex={0}
                onClick={() => act(row)}
              >
                <Icon name={row.kind === 'file' ? 'file' : row.kind === 'parent' ? 'left' : 'folder'} />
                <span class="class-name">{row.kind === 'parent' ? words.parent : row.name}</span>
              </button>
            );
          }}
        />
      </div>
      {trouble !== '' && <p class="refused">{trouble}</p>}
    </div>
  );
}
