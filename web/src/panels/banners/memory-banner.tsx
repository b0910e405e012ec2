// At warning and critical: what happens and what helps, above the picture and never over it.

import { advice } from '../../model/memory';
import { freeMemory, openMemory } from '../../state/project/memory';
import { text as words } from '../../text/en';
import { usePage, useValue } from '../context';
import { Icon } from '../icon';

export function MemoryBanner() {
  const page = usePage();
  const level = useValue((state) => state.memory?.level ?? 'normal');
  const text = useValue((state) => (state.memory === null ? null : advice(state.memory)));
  const freeing = useValue((state) => state.freeing);
  if (text === null) return null;
  return (
    <div class={`banner memory-banner ${level}`} data-testid="memory-banner">
      <Icon name="warning" />
      <span class="grow" role={level === 'critical' ? 'alert' : 'status'}>
        {text}
      </span>
      <button type="button" class="button" aria-disabled={freeing} onClick={() => void freeMemory(page)}>
        {words.memory.free}
      </button>
      <button type="button" class="button" onClick={() => void openMemory(page)}>
        {words.memory.details}
      </button>
    </div>
  );
}
