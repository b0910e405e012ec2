// The line at the bottom: memory, always in sight; the image; whether everything is saved.

import { tightest } from '../model/memory';
import type { Memory, MemoryDomain } from '../model/wire';
import { openMemory } from '../state/project/memory';
import { loadingModel } from '../state/prompting/predictor';
import { text } from '../text/en';
import { actionOf } from '../input/actions';
import { usePage, useValue } from './context';
import { JobIndicator } from './project/job-indicator';
import { useKey, withKey } from './keys';

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
  const key = useKey(actionOf('memory'));
  if (memory === null) return <span class="memory muted">{text.memory.waiting}</span>;
  const domain = tightest(memory) ?? memory.domains[0];
  return (
    <button
      type="button"
      class="memory"
      data-testid="memory"
      aria-haspopup="dialog"
      aria-keyshortcuts={key.spoken}
      title={withKey(text.memory.lineTip, key.text)}
      onClick={() => void openMemory(page)}
    >
      {domain !== undefined && <Meter domain={domain} />}
      <span class="tabular">{memory.line}</span>
    </button>
  );
}

// Never "saved" before the program said so.
function Saved() {
  const saved = useValue((state) => state.saved);
  const edits = useValue((state) => state.edits);
  const lost = useValue((state) => state.connection === 'lost');
  const waits = edits.waiting.length > 0 && (lost || edits.stalled !== null);
  const named = text.saving;
  const shown = waits
    ? named.waiting(edits.waiting.length)
    : lost
      ? named.lost
      : saved === 'failed' && edits.refused.length > 0
        ? named.refused(edits.refused.length)
        : named[saved];
  return (
    <span
      class={`saved ${waits || lost ? 'lost' : saved}`}
      data-testid="saved"
      title={waits ? named.waitingTitle(edits.stalled ?? named.notConnected) : ''}
    >
      {shown}
    </span>
  );
}

export function StatusBar() {
  const memory = useValue((state) => state.memory);
  const picture = useValue((state) => state.picture);
  const opening = useValue((state) => state.opening);
  const loading = useValue(loadingModel);
  return (
    <footer class="status-bar">
      <MemoryLine memory={memory} />
      <JobIndicator />
      <span class="grow" />
      {opening !== null && <span class="muted">{text.frame.opening(opening.name)}</span>}
      {picture !== null && (
        <>
          <span class="name">{picture.name}</span>
          <span class="muted tabular">
            {picture.width} × {picture.height}
          </span>
          <span class="muted" title={picture.encoding_reason ?? ''}>
            <span class={`encoding ${picture.encoding}`} /> {loading !== null && picture.encoding !== 'ready' ? text.frame.loading(loading) : text.frame.encodings[picture.encoding]}
          </span>
        </>
      )}
      <Saved />
    </footer>
  );
}
