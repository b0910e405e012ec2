// Accepts all proposals above a score, of this image or of all, after showing what that means.

import { useEffect, useState } from 'preact/hooks';
import { count, percent } from '../../model/format';
import { above, isProposal } from '../../model/walk';
import type { Annotation } from '../../model/wire';
import { stopSweep, sweep } from '../../state/review/sweeping';
import { acceptAbove, setThreshold } from '../../state/review/walking';
import { text } from '../../text/en';
import { usePage, useValue } from '../context';
import { Dialog } from '../dialog';
import { WorkBar } from '../project/job-bar';

const words = text.review;
const none: readonly Annotation[] = [];

function useImagesWithProposals(): number | null {
  const page = usePage();
  const [total, setTotal] = useState<number | null>(null);
  useEffect(() => {
    page.api.images(0, 1, { states: ['proposed'] }).then(
      (answer) => setTotal(answer.total),
      () => setTotal(null), // it is counted again when it begins
    );
  }, []);
  return total;
}

function Sweeping() {
  const page = usePage();
  const now = useValue((state) => state.review.sweep);
  const close = () => page.store.set({ dialog: null });
  if (now === null) return null;
  const fraction = now.of > 0 ? Math.min(1, now.images / now.of) : now.running ? null : 1;
  return (
    <>
      <p role="status" class="tabular">
        {now.running
          ? words.sweeping(count(now.images), count(now.of), count(now.accepted))
          : words.swept(now.accepted, now.images)}
      </p>
      <WorkBar label={words.aboveAll} fraction={fraction} state={now.running ? 'running' : 'done'} />
      {now.passedOver > 0 && <p>{words.passedOver(text.counted.images(now.passedOver))}</p>}
      <div class="dialog-buttons">
        {now.running ? (
          <button type="button" class="button" data-first onClick={() => stopSweep(page)}>
            {words.stop}
          </button>
        ) : (
          <button type="button" class="button primary" data-first onClick={close}>
            {words.close} <kbd>Esc</kbd>
          </button>
        )}
      </div>
    </>
  );
}

export function AboveDialog() {
  const page = usePage();
  const annotations = useValue((state) => state.picture?.annotations ?? none);
  const threshold = useValue((state) => state.review.threshold);
  const running = useValue((state) => state.review.sweep?.running === true);
  const images = useImagesWithProposals();
  const [all, setAll] = useState(false);
  const [begun, setBegun] = useState(running);
  const proposals = annotations.filter(isProposal).length;
  const found = above(annotations, threshold).length;
  const close = () => page.store.set({ dialog: null });
  const submit = (event: Event) => {
    event.preventDefault();
    if (all) {
      setBegun(true);
      void sweep(page, threshold);
    } else {
      close();
      void acceptAbove(page, threshold);
    }
  };
  const where = (value: boolean, title: string) => (
    <label class="check">
      <input type="radio" name="where" checked={all === value} onChange={() => setAll(value)} />
      <span>{title}</span>
    </label>
  );
  return (
    <Dialog title={words.aboveDialog}>
      {begun ? (
        <div class="above">
          <Sweeping />
        </div>
      ) : (
        <form class="above" onSubmit={submit}>
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
          <div class="above-where" role="radiogroup" aria-label={words.aboveWhere}>
            {where(false, words.aboveHere)}
            {where(true, words.aboveAll)}
          </div>
          <p role="status" class="tabular">
            {all
              ? words.aboveAllText(images === null ? words.aboveAll : text.counted.images(images))
              : words.aboveCount(count(found), count(proposals))}
          </p>
          {!all && <p class="muted">{words.aboveUndo}</p>}
          <div class="dialog-buttons">
            <button type="button" class="button" onClick={close}>
              {words.cancel} <kbd>Esc</kbd>
            </button>
            <button type="submit" class="button primary" disabled={all ? images === 0 : found === 0}>
              {all ? words.aboveStart : words.aboveAccept(count(found))} <kbd>Enter</kbd>
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
