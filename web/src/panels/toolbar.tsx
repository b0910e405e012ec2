// The bar above the picture: mode, what is shown, zoom.

import { percent } from '../model/format';
import { text } from '../text/en';
import { chooseTool } from '../state/editing/choosing-tools';
import { setOpacity } from '../state/view/viewing';
import { actionOf } from '../input/actions';
import { ActionButton } from './action-button';
import { usePage, useValue } from './context';
import { Icon, type IconName } from './icon';
import { useKey, withKey } from './keys';
import { PredictorMenu } from './prompting/predictor-menu';
import { ToolSwitch } from './objects/tool-switch';

function Mode({ mode, icon, name, tip }: { mode: 'box' | 'point'; icon: IconName; name: string; tip: string }) {
  const page = usePage();
  const key = useKey(actionOf('mode'));
  const present = useValue((state) => state.mode);
  return (
    <button
      type="button"
      class="button"
      role="radio"
      aria-checked={present === mode}
      data-tip={withKey(tip, key.text)}
      onClick={() => chooseTool(page, mode)}
    >
      <Icon name={icon} />
      <span>{name}</span>
    </button>
  );
}

function Opacity() {
  const page = usePage();
  const opacity = useValue((state) => state.opacity);
  const [fainter, stronger] = [useKey(actionOf('fainter')).text, useKey(actionOf('stronger')).text];
  const between = fainter === null || stronger === null ? null : text.frame.keys(fainter, stronger);
  return (
    <label class="opacity" data-tip={withKey(text.frame.strength, between)}>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        value={opacity}
        aria-label={text.frame.strength}
        onInput={(event) => setOpacity(page, Number(event.currentTarget.value))}
      />
    </label>
  );
}

function Zoom() {
  const scale = useValue((state) => (state.picture === null ? null : state.viewport.scale));
  return (
    <div class="group" role="group" aria-label={text.frame.zoom}>
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
        <span class="brand-name">{project?.name ?? text.frame.program}</span>
      </div>
      <div class="tools">
        <div class="segmented" role="radiogroup" aria-label={text.frame.prompt}>
          <Mode mode="box" icon="box" name={text.prompting.box} tip={text.prompting.boxTip} />
          <Mode mode="point" icon="point" name={text.prompting.points} tip={text.prompting.pointsTip} />
        </div>
        <ToolSwitch />
        <ActionButton id="hover" icon="hover" />
        {several && <ActionButton id="candidates" icon="layers" />}
        <ActionButton id="refine-edges" icon="edge" />
        <ActionButton id="overlap" icon="overlap" />
        <ActionButton id="everything" icon="grid" />
        <ActionButton id="auto-advance" icon="forward" />
        <span class="divider" />
        <div class="group" role="group" aria-label={text.frame.shown}>
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
