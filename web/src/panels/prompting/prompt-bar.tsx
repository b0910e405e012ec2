// Below the picture: what the present prompt gave, and what to do with it. Always in its place.

import { useEffect, useState } from 'preact/hooks';
import { colorOf, css } from '../../model/color';
import { area, seconds } from '../../model/format';
import { searches } from '../../state/prompting/everything';
import { loadingModel } from '../../state/prompting/predictor';
import { hasPrompt, preview, promptFailure, retryPrompt } from '../../state/prompting/prompting';
import { text } from '../../text/en';
import { ActionButton } from '../action-button';
import { ClassName } from '../class-name';
import { CandidateStrip } from './candidate-strip';
import { usePage, useValue } from '../context';
import { EverythingBar } from './everything-bar';

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

function Waiting({ since, brief }: { since: number; brief: boolean }) {
  const elapsed = useElapsed(since);
  const encoding = useValue((state) => state.picture?.encoding);
  const accepting = useValue((state) => state.accepting !== null);
  if (elapsed < patienceMs) return null;
  const loading = useValue(loadingModel);
  const words = text.prompting;
  const preparing = loading === null ? words.preparing : words.loading(loading);
  return (
    <span class="busy">
      <span class="spinner" aria-hidden="true" />
      <span class={brief ? 'spoken' : 'busy-words'}>{encoding === 'ready' ? words.computing : preparing}</span>{' '}
      <span class="muted tabular">{seconds(elapsed)}</span>
      {accepting && <span>{words.willBeAdded}</span>}
    </span>
  );
}

function Offer() {
  const mask = useValue(preview);
  const count = useValue((state) => state.candidates.length);
  const classes = useValue((state) => state.project?.classes);
  const classId = useValue((state) => state.classId);
  const again = useValue((state) => state.reprompting !== null);
  if (mask === null) return <span class="muted">{text.prompting.noMask}</span>;
  const name = classes?.find((item) => item.id === classId)?.name;
  return (
    <>
      {count > 1 && <CandidateStrip />}
      <span class={count > 1 ? 'spoken' : 'score'} data-testid="score">
        <span class="muted">{text.prompting.score}</span> <strong class="tabular">{mask.score.toFixed(2)}</strong>
      </span>
      <span class="muted tabular offer-area">{area(mask.area)}</span>
      <span class="divider" />
      <span class="target">
        {again && <span class="muted">{text.prompting.repromptFor}</span>}
        <span class="swatch" style={{ background: css(colorOf(classId ?? 0)) }} />
        <ClassName name={name ?? text.prompting.noClass} />
      </span>
    </>
  );
}

function Failed() {
  const problem = useValue((state) => state.promptError);
  if (problem === null) return null;
  const failure = promptFailure(problem);
  return (
    <span class="failed" title={failure} data-testid="prompt-failed">
      {failure}
    </span>
  );
}

export function PromptBar() {
  const page = usePage();
  const prompted = useValue(hasPrompt);
  const since = useValue((state) => state.segmenting);
  const offered = useValue((state) => state.candidates.length > 0);
  const several = useValue((state) => state.candidates.length > 1);
  const again = useValue((state) => state.reprompting !== null);
  const everything = useValue(searches);
  const failed = useValue((state) => state.promptError !== null);
  const mode = useValue((state) => state.mode);
  const picture = useValue((state) => state.picture !== null);
  if (!picture) return null;
  if (!prompted && everything) return <EverythingBar />;
  if (!prompted) {
    return (
      <div class="prompt-bar quiet">{mode === 'box' ? text.prompting.dragBox : text.prompting.clickPoint}</div>
    );
  }
  return (
    <div
      class={several && !failed ? 'prompt-bar tall' : 'prompt-bar'}
      data-testid="prompt-bar"
      data-state={since !== null ? 'computing' : offered ? 'offered' : 'none'}
    >
      {since !== null && <Waiting since={since} brief={several && !failed} />}
      {failed ? <Failed /> : (offered || since === null) && <Offer />}
      <span class="grow" />
      <ActionButton id="clear-prompt" text={text.prompting.clear} keyShown side="above" />
      {failed ? (
        <button type="button" class="button primary" onClick={() => retryPrompt(page)}>
          {text.prompting.tryAgain} <kbd>Enter</kbd>
        </button>
      ) : (
        <ActionButton id="add" text={again ? text.prompting.replace : text.prompting.add} kind="primary" keyShown side="above" />
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
