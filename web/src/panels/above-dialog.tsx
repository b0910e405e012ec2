// Accepts all proposals of the image above a score, after showing how many those are.

import { count, percent } from '../model/format';
import { above, isProposal } from '../model/walk';
import { acceptAbove, setThreshold } from '../state/walking';
import { text } from '../text/en';
import { usePage, useValue } from './context';
import { Dialog } from './dialog';

const words = text.review;

export function AboveDialog() {
  const page = usePage();
  const annotations = useValue((state) => state.picture?.annotations ?? null) ?? [];
  const threshold = useValue((state) => state.review.threshold);
  const proposals = annotations.filter(isProposal);
  const found = above(annotations, threshold);
  const close = () => page.store.set({ dialog: null });
  return (
    <Dialog title={words.aboveDialog}>
      <form
        class="above"
        onSubmit={(event) => {
          event.preventDefault();
          close();
          void acceptAbove(page, threshold);
        }}
      >
        <label>
          {words.aboveScore} <output class="tabular">{percent(threshold)}</output>
          <input
            type="range"
            data-first
            min="0"
            max="1"
            step="0.01"
            value={threshold}
            aria-label={words.aboveScore}
            onInput={(event) => setThreshold(page, Number(event.currentTarget.value))}
          />
        </label>
        <p role="status" class="tabular">
          {words.aboveCount(count(found.length), count(proposals.length))}
        </p>
        <p class="muted">{words.aboveUndo}</p>
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={close}>
            {words.cancel} <kbd>Esc</kbd>
          </button>
          <button type="submit" class="button primary" disabled={found.length === 0}>
            {words.aboveAccept(count(found.length))} <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
