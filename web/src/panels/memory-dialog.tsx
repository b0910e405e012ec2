// The memory panel: what each domain holds, the last ten minutes, what was done about it, and a button.

import { count } from '../model/format';
import { bytes, diskText, tightest } from '../model/memory';
import type { Memory, MemoryEvent, RungStatistics } from '../model/wire';
import { clearCaches, freeMemory, setPrepareAhead } from '../state/memory';
import { usePage, useValue } from './context';
import { Dialog } from './dialog';
import { MemoryBar } from './memory-bar';
import { MemoryHistoryChart } from './memory-history';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

function Log({ entries }: { entries: readonly MemoryEvent[] | null }) {
  return (
    <section class="memory-log">
      <h3 id="memory-log">What was done</h3>
      <div role="log" aria-labelledby="memory-log" tabIndex={0}>
        {entries?.length === 0 && <p class="muted">Nothing yet: memory was enough for everything.</p>}
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

const meanings: Readonly<Record<string, string>> = {
  reclaim: 'As much as the step needs comes back, cheapest to make again first',
  'reclaim all': 'Everything that can be made again comes back',
  'shrink engines': 'Engines give back what they keep between runs',
  'lower precision': 'The model computes with smaller numbers',
  cpu: 'The step runs on the processor instead of the card',
  'restart worker': 'The process that holds the engines starts anew: everything comes back',
};

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
      <h3>When memory ran out</h3>
      <p class="muted">
        {operations === 0
          ? 'No step ran out of memory so far. If one does, it is tried again after each of these:'
          : `${count(operations)} ran out, ${count(operations - exhausted)} of them succeeded in the end, ${count(exhausted)} did not.`}
      </p>
      <table class="tabular">
        <thead>
          <tr>
            <th scope="col">Rung</th>
            <th scope="col">Ran</th>
            <th scope="col">Helped</th>
            <th scope="col">Skipped</th>
            <th scope="col">Freed</th>
            <th scope="col">Time</th>
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
  const text = diskText(memory);
  if (text === null) return null;
  return (
    <section class="memory-disk" aria-labelledby="memory-disk" data-testid="memory-disk">
      <h3 id="memory-disk">On disk</h3>
      <span class="tabular muted">{text}</span>
    </section>
  );
}

function PrepareAhead() {
  const page = usePage();
  const on = useValue((state) => state.prepareAhead);
  return (
    <label class="check" title="The next pictures are encoded while nothing else is to be done and memory is not tight">
      <input
        type="checkbox"
        checked={on === true}
        disabled={on === null}
        onChange={(event) => void setPrepareAhead(page, event.currentTarget.checked)}
      />
      <span>Prepare the next pictures ahead</span>
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
        {freeing ? 'Freeing' : (freed ?? '')}
      </span>
      <button
        type="button"
        class="button"
        aria-disabled={freeing}
        title="Forgets decoded pictures, embeddings and masks, except of the picture on screen; what is on disk stays"
        onClick={() => void clearCaches(page)}
      >
        Clear caches
      </button>
      <button type="button" class="button" aria-disabled={freeing} onClick={() => void freeMemory(page)}>
        Free memory now
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
    <Dialog title="Memory" wide keys={keys}>
      {memory === null ? (
        <p>Waiting for the first reading.</p>
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
          Close <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
