// The bar above the picture: mode, what is shown, zoom.

import { percent } from '../model/format';
import { text } from '../text/en';
import { chooseTool } from '../state/choosing-tools';
import { setOpacity } from '../state/viewing';
import { ActionButton } from './action-button';
import { usePage, useValue } from './context';
import { Icon, type IconName } from './icon';
import { PredictorMenu } from './predictor-menu';
import { ToolSwitch } from './tool-switch';

function Mode({ mode, icon, text, tip }: { mode: 'box' | 'point'; icon: IconName; text: string; tip: string }) {
  const page = usePage();
  const present = useValue((state) => state.mode);
  return (
    <button
      type="button"
      class="button"
      role="radio"
      aria-checked={present === mode}
      data-tip={`${tip}  ·  W`}
      onClick={() => chooseTool(page, mode)}
    >
      <Icon name={icon} />
      <span>{text}</span>
    </button>
  );
}

function Opacity() {
  const page = usePage();
  const opacity = useValue((state) => state.opacity);
  return (
    <label class="opacity" data-tip="Strength of the masks  ·  [ and ]">
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        value={opacity}
        aria-label="Strength of the masks"
        onInput={(event) => setOpacity(page, Number(event.currentTarget.value))}
      />
    </label>
  );
}

function Zoom() {
  const scale = useValue((state) => (state.picture === null ? null : state.viewport.scale));
  return (
    <div class="group" role="group" aria-label="Zoom">
      <ActionButton id="zoom-out" icon="minus" />
      <output class="zoom tabular">{scale === null ? '–' : percent(scale)}</output>
      <ActionButton id="zoom-in" icon="plus" />
      <ActionButton id="fit" icon="fit" />
    </div>
  );
}

export function Toolbar() {
  const project = useValue((state) => state.project);
  const several = (project?.predictor.max_candidates ?? 1) > 1;
  return (
    <header class="toolbar">
      <div class="brand" title={project?.folder ?? ''}>
        <span class="mark" aria-hidden="true" />
        <span class="brand-name">{project?.name ?? 'SAM Annotator'}</span>
      </div>
      <div class="tools">
        <div class="segmented" role="radiogroup" aria-label="Prompt">
          <Mode mode="box" icon="box" text="Box" tip="Drag a box around an object" />
          <Mode
            mode="point"
            icon="point"
            text="Points"
            tip="Click on an object; right click on what is not part of it"
          />
        </div>
        <ToolSwitch />
        <ActionButton id="hover" icon="hover" />
        {several && <ActionButton id="candidates" icon="layers" />}
        <ActionButton id="refine-edges" icon="edge" />
        <ActionButton id="overlap" icon="overlap" />
        <ActionButton id="everything" icon="grid" />
        <ActionButton id="auto-advance" icon="forward" />
        <span class="divider" />
        <div class="group" role="group" aria-label="Shown">
          <ActionButton id="masks" icon="mask" />
          <ActionButton id="boxes" icon="frame" />
          <ActionButton id="labels" icon="tag" />
          <ActionButton id="points" icon="dots" />
          <Opacity />
        </div>
        <div class="group" role="group" aria-label={text.frame.views}>
          <ActionButton id="work-masks" icon="viewMasks" />
          <ActionButton id="work-side-by-side" icon="viewSide" />
          <ActionButton id="work-bare" icon="viewBare" />
          <ActionButton id="viewer" icon="eye" />
        </div>
        <span class="grow" />
        <Zoom />
      </div>
      <div class="toolbar-end">
        <PredictorMenu />
        <ActionButton id="export" icon="out" />
        <ActionButton id="settings" icon="gear" />
        <ActionButton id="statistics" icon="chart" />
        <ActionButton id="help" icon="help" />
      </div>
    </header>
  );
}
