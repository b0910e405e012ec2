// The line at the bottom: memory, always in sight; the image; whether everything is saved.

import { tightest } from '../model/memory';
import type { Memory, MemoryDomain } from '../model/wire';
import { openMemory } from '../state/memory';
import { loadingModel } from '../state/predictor';
import { usePage, useValue } from './context';

function Meter({ domain }: { domain: MemoryDomain }) {
  const width = `${Math.min(100, Math.max(0, 100 * Math.max(domain.utilization, domain.pressure))).toFixed(1)}%`;
  return (
    <span class={`meter ${domain.level}`} title={`${domain.name}: ${domain.formatted}`}>
      <span style={{ width }} />
    </span>
  );
}

function MemoryLine({ memory }: { memory: Memory | null }) {
  const page = usePage();
  if (memory === null) return <span class="memory muted">Memory: waiting for the first reading</span>;
  const domain = tightest(memory) ?? memory.domains[0];
  return (
    <button
      type="button"
      class="memory"
      data-testid="memory"
      aria-haspopup="dialog"
      aria-keyshortcuts="i"
      title="Who holds memory, the last ten minutes, what was done about it (I)"
      onClick={() => void openMemory(page)}
    >
      {domain !== undefined && <Meter domain={domain} />}
      <span class="tabular">{memory.line}</span>
    </button>
  );
}

const encodings = {
  none: 'not prepared',
  queued: 'waits',
  running: 'being prepared',
  ready: 'ready',
  failed: 'not prepared',
};

export function StatusBar() {
  const memory = useValue((state) => state.memory);
  const picture = useValue((state) => state.picture);
  const saved = useValue((state) => state.saved);
  const connection = useValue((state) => state.connection);
  const opening = useValue((state) => state.opening);
  const loading = useValue(loadingModel);
  return (
    <footer class="status-bar">
      <MemoryLine memory={memory} />
      <span class="grow" />
      {opening !== null && <span class="muted">Opening {opening.name}</span>}
      {picture !== null && (
        <>
          <span class="name">{picture.name}</span>
          <span class="muted tabular">
            {picture.width} × {picture.height}
          </span>
          <span class="muted" title={picture.encoding_reason ?? ''}>
            <span class={`encoding ${picture.encoding}`} /> {loading !== null && picture.encoding !== 'ready' ? `Loading ${loading}…` : encodings[picture.encoding]}
          </span>
        </>
      )}
      <span class={`saved ${connection === 'lost' ? 'lost' : saved}`} data-testid="saved">
        {connection === 'lost'
          ? 'Not connected'
          : saved === 'saving'
            ? 'Saving'
            : saved === 'failed'
              ? 'Last edit not saved'
              : 'All saved'}
      </span>
    </footer>
  );
}
