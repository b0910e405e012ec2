// Below the picture: what the present prompt gave, and what to do with it. Always in its place.

import { useEffect, useState } from 'preact/hooks';
import { colorOf, css } from '../model/color';
import { area, seconds } from '../model/format';
import { loadingModel } from '../state/predictor';
import { hasPrompt, preview, promptFailure, retryPrompt } from '../state/prompting';
import { ActionButton } from './action-button';
import { usePage, useValue } from './context';

const patienceMs = 150; // shorter waits are not worth a word

// Milliseconds since `since`, ten times a second.
function useElapsed(since: number | null): number {
  const { now } = usePage();
  const [, tick] = useState(0);
  useEffect(() => {
    if (since === null) return;
    const timer = setInterval(() => tick((n) => n + 1), 100);
    return () => clearInterval(timer);
  }, [since]);
  return since === null ? 0 : now() - since;
}

function Waiting({ since }: { since: number }) {
  const elapsed = useElapsed(since);
  const encoding = useValue((state) => state.picture?.encoding);
  if (elapsed < patienceMs) return null;
  const loading = useValue(loadingModel);
  const preparing = loading === null ? 'Preparing the image; the mask follows' : `Loading ${loading}…; the mask follows`;
  const text = encoding === 'ready' ? 'Computing the mask' : preparing;
  return (
    <span class="busy">
      <span class="spinner" aria-hidden="true" />
      {text} <span class="muted tabular">{seconds(elapsed)}</span>
    </span>
  );
}

function Offer() {
  const mask = useValue(preview);
  const count = useValue((state) => state.candidates.length);
  const chosen = useValue((state) => state.chosen);
  const classes = useValue((state) => state.project?.classes);
  const classId = useValue((state) => state.classId);
  if (mask === null) return <span class="muted">No mask was found here. Another point or box may help.</span>;
  const name = classes?.find((item) => item.id === classId)?.name;
  return (
    <>
      <span class="score" data-testid="score">
        <span class="muted">Score</span> <strong class="tabular">{mask.score.toFixed(2)}</strong>
      </span>
      <span class="muted tabular">{area(mask.area)}</span>
      {count > 1 && <ActionButton id="next-candidate" text={`Mask ${chosen + 1} of ${count}`} keyShown side="above" />}
      <span class="divider" />
      <span class="target">
        <span class="swatch" style={{ background: css(colorOf(classId ?? 0)) }} />
        <span class="class-name">{name ?? 'no class'}</span>
      </span>
    </>
  );
}

function Failed() {
  const problem = useValue((state) => state.promptError);
  if (problem === null) return null;
  const text = promptFailure(problem);
  return (
    <span class="failed" title={text} data-testid="prompt-failed">
      {text}
    </span>
  );
}

export function PromptBar() {
  const page = usePage();
  const prompted = useValue(hasPrompt);
  const since = useValue((state) => state.segmenting);
  const offered = useValue((state) => state.candidates.length > 0);
  const failed = useValue((state) => state.promptError !== null);
  const mode = useValue((state) => state.mode);
  const picture = useValue((state) => state.picture !== null);
  if (!picture) return null;
  if (!prompted) {
    return (
      <div class="prompt-bar quiet">
        {mode === 'box' ? 'Drag a box around an object' : 'Click an object; right click what does not belong to it'}
      </div>
    );
  }
  return (
    <div class="prompt-bar">
      {since !== null && <Waiting since={since} />}
      {failed ? <Failed /> : (offered || since === null) && <Offer />}
      <span class="grow" />
      <ActionButton id="clear-prompt" text="Clear" keyShown side="above" />
      {failed ? (
        <button type="button" class="button primary" onClick={() => retryPrompt(page)}>
          Try again <kbd>Enter</kbd>
        </button>
      ) : (
        <ActionButton id="add" text="Add" kind="primary" keyShown side="above" />
      )}
    </div>
  );
}

export function Announcer() {
  const text = useValue((state) => state.announcement);
  return (
    <div class="spoken" role="status" aria-live="polite">
      {text}
    </div>
  );
}
