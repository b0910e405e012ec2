// The whole page.

import { useEffect, useRef } from 'preact/hooks';
import { actionOf } from '../input/actions';
import { text } from '../text/en';
import { AnnotationList } from './objects/annotation-list';
import { BusyBanner } from './banners/busy-banner';
import { ClassList } from './classes/class-list';
import { useShell, useValue } from './context';
import { hasPrompt } from '../state/prompting/prompting';
import { Dialogs } from './dialogs';
import { useKey } from './keys';
import { EditsBanner } from './banners/edits-banner';
import { ExhaustedBanner } from './banners/exhausted-banner';
import { ImageList } from './images/image-list';
import { MemoryBanner } from './banners/memory-banner';
import { ModelBanner } from './banners/model-banner';
import { Lost, Toasts, Warnings } from './messages';
import { Announcer } from './prompting/prompt-bar';
import { StatusBar } from './status-bar';
import { ToolStrip } from './objects/tool-strip';
import { Toolbar } from './toolbar';
import { isSplit } from '../state/view/views';
import { Panes, ViewerBar } from './viewer';
import { LookOnlyBanner } from './windows';
import { WalkBar } from './review/walk-bar';

function Canvas() {
  const { mountCanvas } = useShell();
  const ref = useRef<HTMLDivElement>(null);
  const mode = useValue((state) => state.mode);
  const name = useValue((state) => state.picture?.name ?? '');
  const cross = useKey(actionOf('cross'));
  useEffect(() => mountCanvas(ref.current!), []);
  return (
    <div
      class="canvas"
      ref={ref}
      role="application"
      tabIndex={0}
      aria-label={text.frame.picture(name)}
      data-mode={mode}
      data-testid="canvas"
      aria-keyshortcuts={cross.spoken}
      data-picture={name}
    />
  );
}

function Nothing() {
  const nothing = useValue((state) => state.project !== null && state.picture === null && state.opening === null);
  const empty = useValue((state) => state.images.all === 0);
  const folder = useValue((state) => state.project?.folder ?? '');
  if (!nothing) return null;
  return (
    <div class="nothing">
      <h2>{empty ? text.frame.noImages : text.frame.noImage}</h2>
      <p>
        {empty ? text.frame.putImages(folder) : text.frame.chooseImage}
      </p>
    </div>
  );
}

function FixBar() {
  const fixes = useValue((state) => state.review.walk?.fixing != null);
  return fixes ? <WalkBar /> : null;
}

// A walk's bar stays while an object is fixed, above that of the prompt.
function Strip() {
  const walks = useValue((state) => state.review.walk !== null);
  const prompted = useValue((state) => hasPrompt(state) || state.review.walk?.fixing != null);
  return (
    <div class={`prompt-strip${walks && !prompted ? ' walking' : ''}`}>
      {(!walks || prompted) && <ToolStrip />}
      {walks && !prompted && <WalkBar />}
    </div>
  );
}

export function App() {
  const panels = useValue((state) => state.panels);
  const viewer = useValue((state) => state.views.viewer !== null);
  const split = useValue(isSplit);
  return (
    <div class={panels ? 'app' : 'app bare'}>
      <Toolbar />
      {panels && <ImageList />}
      <main class="stage" data-viewer={viewer}>
        <div class="banners">
          <Lost />
          <LookOnlyBanner />
          <EditsBanner />
          <BusyBanner />
          <MemoryBanner />
          <ModelBanner />
          <ExhaustedBanner />
          <Warnings />
        </div>
        <ViewerBar />
        <div class="view" data-split={split}>
          <Canvas />
          <Panes />
          <Nothing />
          <Toasts />
        </div>
        <FixBar />
        <Strip />
      </main>
      {panels && (
        <aside class="side" aria-label={text.frame.side}>
          <ClassList />
          <AnnotationList />
        </aside>
      )}
      <StatusBar />
      <Dialogs />
      <Announcer />
    </div>
  );
}
