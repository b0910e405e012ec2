// The views of the picture: panes beside or over it, and the bar of the viewer.

import { useEffect, useRef } from 'preact/hooks';
import type { PaneView } from '../canvas/views';
import { percent } from '../model/format';
import { setOpacity } from '../state/view/viewing';
import { isSplit } from '../state/view/views';
import { viewerViews } from '../state/view/views-state';
import { text } from '../text/en';
import { actionOf } from '../input/actions';
import { ActionButton } from './action-button';
import { usePage, useShell, useValue } from './context';
import { useKey, withKey } from './keys';

function Pane({ view, side }: { view: PaneView; side: 'left' | 'main' }) {
  const { mountPane } = useShell();
  const ref = useRef<HTMLCanvasElement>(null);
  const name = useValue((state) => state.picture?.name ?? '');
  useEffect(() => mountPane(ref.current!, view), [view]);
  const label = view === 'bare' ? text.frame.workViews.bare : text.frame.viewerViews[view];
  return (
    <canvas
      ref={ref}
      class={`view-pane ${side}`}
      role="img"
      aria-label={`${label}: ${name}`}
      data-testid={`pane-${side}`}
      data-view={view}
    />
  );
}

export function Panes() {
  const split = useValue(isSplit);
  const viewer = useValue((state) => state.views.viewer?.view ?? null);
  return (
    <>
      {split && <Pane key="left" view="bare" side="left" />}
      {viewer !== null && <Pane key="main" view={viewer} side="main" />}
    </>
  );
}

function Choice({ id, name, tip }: { id: string; name: string; tip: string }) {
  const page = usePage();
  const action = actionOf(id);
  const active = useValue((state) => action.active?.(state) === true);
  const key = useKey(action);
  return (
    <button
      type="button"
      class="button"
      role="radio"
      aria-checked={active}
      aria-keyshortcuts={key.spoken}
      data-tip={withKey(tip, key.text)}
      onClick={() => action.run(page, '')}
    >
      <span>{name}</span>
      {key.text !== null && <kbd>{key.text}</kbd>}
    </button>
  );
}

function Strength() {
  const page = usePage();
  const opacity = useValue((state) => state.opacity);
  return (
    <label class="opacity" data-tip={text.frame.strength}>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        value={opacity}
        aria-label={text.frame.strength}
        onInput={(event) => setOpacity(page, Number(event.currentTarget.value))}
      />
      <output class="tabular muted">{percent(opacity)}</output>
    </label>
  );
}

export function ViewerBar() {
  const open = useValue((state) => state.views.viewer !== null);
  const faulty = useValue((state) => state.picture?.faulty === true);
  if (!open) return null;
  return (
    <section class="viewer-bar" aria-label={text.frame.viewer} data-testid="viewer">
      <div class="segmented" role="radiogroup" aria-label={text.frame.viewer}>
        {viewerViews.map((view) => (
          <Choice
            key={view}
            id={`view-${view.replaceAll('_', '-')}`}
            name={text.frame.viewerViews[view]}
            tip={text.frame.viewerTips[view]}
          />
        ))}
      </div>
      <Strength />
      <ActionButton id="view-ids" icon="tag" text={text.frame.ids} keyShown />
      <ActionButton id="view-faulty" icon="warning" text={faulty ? text.frame.isFaulty : text.frame.faulty} keyShown />
      <ActionButton id="view-save" icon="save" text={text.frame.savePicture} keyShown />
      <span class="grow" />
      <ActionButton id="previous" icon="left" />
      <ActionButton id="next" icon="right" />
      <ActionButton id="view-close" text={text.frame.backToWork} keyShown />
    </section>
  );
}
