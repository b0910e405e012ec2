// The memory panel: what each domain holds, the last ten minutes, what was done about it, and a button.

import { count } from '../../model/format';
import { bytes, diskText, tightest } from '../../model/memory';
import type { Memory, MemoryEvent, RungStatistics } from '../../model/wire';
import { clearCaches, freeMemory, setPrepareAhead } from '../../state/project/memory';
import { text } from '../../text/en';
import { usePage, useValue } from '../context';
import { Dialog } from '../dialog';
import { MemoryBar } from './memory-bar';
import { MemoryHistoryChart } from './memory-history';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

function Log({ entries }: { entries: readonly MemoryEvent[] | null }) {
  return (
    <section class="memory-log">
      <h3 id="memory-log">{text.memory.log}</h3>
      <div role="log" aria-labelledby="memory-log" tabIndex={0}>
        {entries?.length === 0 && <p class="muted">{text.memory.logEmpty}</p>}
        <ol>
          {entries?.map(({ number, time_ms, text }) => (
            <li key={number}>
              <time class="muted tabular" dateTime={new Date(time_ms).toISOString()}>
                {clock.format(time_ms)}
              </time>
              <span>{text}</span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

function duration(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

const meanings: Readonly<Record<string, string>> = text.memory.rungs;

function Rung({ rung }: { rung: RungStatistics }) {
  const idle = rung.runs === 0;
  return (
    <tr class={idle ? 'muted' : ''} title={meanings[rung.rung]}>
      <th scope="row">{rung.rung === 'cpu' ? 'CPU' : rung.rung}</th>
      <td>{count(rung.runs)}</td>
      <td>{count(rung.rescues)}</td>
      <td>{count(rung.skips)}</td>
      <td>{rung.freed_bytes === 0 ? '–' : bytes(rung.freed_bytes)}</td>
      <td>{rung.runs === 0 ? '–' : duration(rung.seconds)}</td>
    </tr>
  );
}

function Ladder({ recovery }: { recovery: Memory['recovery'] }) {
  const { operations, exhausted, rungs } = recovery;
  return (
    <section class="memory-ladder">
      <h3>{text.memory.ladder}</h3>
      <p class="muted">
        {operations === 0
          ? text.memory.ladderEmpty
          : text.memory.ladderText(count(operations), count(operations - exhausted), count(exhausted))}
      </p>
      <table class="tabular">
        <thead>
          <tr>
            {text.memory.columns.map((name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rungs.map((rung) => (
            <Rung key={rung.rung} rung={rung} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Disk({ memory }: { memory: Memory }) {
  const line = diskText(memory);
  if (line === null) return null;
  return (
    <section class="memory-disk" aria-labelledby="memory-disk" data-testid="memory-disk">
      <h3 id="memory-disk">{text.memory.onDisk}</h3>
      <span class="tabular muted">{line}</span>
    </section>
  );
}

function PrepareAhead() {
  const page = usePage();
  const on = useValue((state) => state.prepareAhead);
  return (
    <label class="check" title={text.memory.aheadTip}>
      <input
        type="checkbox"
        checked={on === true}
        disabled={on === null}
        onChange={(event) => void setPrepareAhead(page, event.currentTarget.checked)}
      />
      <span>{text.memory.ahead}</span>
    </label>
  );
}

function Free() {
  const page = usePage();
  const freeing = useValue((state) => state.freeing);
  const freed = useValue((state) => state.freed);
  return (
    <div class="memory-free">
      <span role="status" data-testid="freed">
        {freeing ? text.memory.freeing : (freed ?? '')}
      </span>
      <button
        type="button"
        class="button"
        aria-disabled={freeing}
        title={text.memory.clearTip}
        onClick={() => void clearCaches(page)}
      >
        {text.memory.clear}
      </button>
      <button type="button" class="button" aria-disabled={freeing} onClick={() => void freeMemory(page)}>
        {text.memory.free}
      </button>
    </div>
  );
}

export function MemoryDialog() {
  const page = usePage();
  const memory = useValue((state) => state.memory);
  const history = useValue((state) => state.memoryHistory);
  const log = useValue((state) => state.memoryLog);
  const close = () => page.store.set({ dialog: null });
  const keys = (key: string) => {
    if (key !== 'i') return false;
    close();
    return true;
  };
  return (
    <Dialog title={text.memory.title} wide keys={keys}>
      {memory === null ? (
        <p>{text.memory.waitingLong}</p>
      ) : (
        <div class="memory-panel">
          <div class="memory-domains">
            {memory.domains.map((domain) => (
              <MemoryBar key={domain.domain} domain={domain} thresholds={memory.thresholds} />
            ))}
          </div>
          <Disk memory={memory} />
          <MemoryHistoryChart memory={memory} history={history} first={tightest(memory)?.domain ?? 'host'} />
          <div class="memory-columns">
            <Log entries={log} />
            <Ladder recovery={memory.recovery} />
          </div>
        </div>
      )}
      <div class="dialog-buttons memory-buttons">
        <PrepareAhead />
        <span class="grow" />
        <Free />
        <button type="button" class="button primary" data-first onClick={close}>
          {text.frame.close} <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
