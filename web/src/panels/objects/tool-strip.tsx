// Below the picture: the prompt's bar, or what the tool in hand and the selected objects offer. Always in its place.

import { actionOf } from '../../input/actions';
import { colorOf, css } from '../../model/color';
import { leaveTool } from '../../state/editing/choosing-tools';
import { brushRadius, largestRadius, setBrushRadius } from '../../state/editing/painting';
import { searches } from '../../state/prompting/everything';
import { hasPrompt } from '../../state/prompting/prompting';
import { editedAnnotation } from '../../state/editing/reshaping';
import { isPrompting } from '../../state/editing/tools-state';
import { text } from '../../text/en';
import { ActionButton } from '../action-button';
import { usePage, useValue } from '../context';
import { useKey, withKey } from '../keys';
import { ObjectBar } from './object-bar';
import { PromptBar } from '../prompting/prompt-bar';

const words = text.editing;
const sliderSteps = 100;

// The slider goes by factors: a pixel matters for a small brush, not for a large one.
function BrushSize() {
  const page = usePage();
  const radius = useValue(brushRadius);
  const largest = useValue(largestRadius);
  const smaller = useKey(actionOf('brush-smaller'));
  const larger = useKey(actionOf('brush-larger'));
  const least = 0.5;
  const span = Math.log(largest / least);
  return (
    <label class="brush-size" data-tip={withKey(words.brushSize, [smaller.text, larger.text].filter((key) => key !== null).join(' '))} data-side="above">
      <input
        type="range"
        min="0"
        max={sliderSteps}
        value={Math.round((Math.log(radius / least) / span) * sliderSteps)}
        aria-label={words.brushSize}
        aria-valuetext={`${2 * radius} ${words.pixels}`}
        onInput={(event) =>
          setBrushRadius(page, least * Math.exp((Number(event.currentTarget.value) / sliderSteps) * span))
        }
      />
      <output class="tabular">{`${2 * radius} ${words.pixels}`}</output>
    </label>
  );
}

// Whose pixels the next stroke changes.
function PaintTarget() {
  const classes = useValue((state) => state.project?.classes);
  const classId = useValue((state) => editedAnnotation(state)?.class_id ?? state.classId);
  const onto = useValue((state) => editedAnnotation(state) !== null);
  const name = classes?.find(({ id }) => id === classId)?.name ?? text.prompting.noClass;
  return (
    <span class="target">
      <span class="swatch" style={{ background: css(colorOf(classId ?? 0)) }} />
      <span class="class-name">{onto ? words.onto(name) : words.newOf(name)}</span>
    </span>
  );
}

function BrushOptions({ erases }: { erases: boolean }) {
  const selected = useValue((state) => state.selection.size > 0);
  return (
    <>
      <BrushSize />
      {erases ? !selected && <span class="muted">{words.eraserHint}</span> : <PaintTarget />}
      {selected && <ActionButton id="new-object" icon="plus" side="above" />}
    </>
  );
}

function OutlineOptions() {
  const edited = useValue((state) => editedAnnotation(state) !== null);
  const chosen = useValue((state) => state.tools.places.size);
  if (!edited) return <span class="muted">{words.outlineNone}</span>;
  if (chosen === 0)
    return (
      <span class="muted outline-hint" title={words.outlineTip}>
        {words.outlineHint}
      </span>
    );
  return (
    <>
      <span class="muted tabular">{words.outlineChosen(chosen)}</span>
      <ActionButton id="vertex-delete" icon="trash" kind="danger" side="above" />
    </>
  );
}

export function ToolStrip() {
  const page = usePage();
  const mode = useValue((state) => state.mode);
  const prompt = useValue((state) => (hasPrompt(state) && isPrompting(state.mode)) || searches(state) || state.picture === null);
  const selected = useValue((state) => state.selection.size > 0);
  if (prompt || (isPrompting(mode) && !selected)) return <PromptBar />;
  return (
    <div class={isPrompting(mode) ? 'prompt-bar tool-strip narrow' : 'prompt-bar tool-strip'} data-testid="tool-strip">
      {(mode === 'brush' || mode === 'eraser') && <BrushOptions erases={mode === 'eraser'} />}
      {mode === 'vertices' && <OutlineOptions />}
      {!isPrompting(mode) && <span class="grow" />}
      <ObjectBar />
      {!isPrompting(mode) && (
        <button type="button" class="button" onClick={() => leaveTool(page)}>
          {words.leave} <kbd>Esc</kbd>
        </button>
      )}
    </div>
  );
}
