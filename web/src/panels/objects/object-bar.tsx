// What can be done with the selected objects, by one button each.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { simplified } from '../../geometry/simplify';
import { withoutSpecks } from '../../geometry/specks';
import { countVertices } from '../../geometry/vertices';
import { count } from '../../model/format';
import { answer, limits, setAmount } from '../../state/editing/objects';
import type { PageState } from '../../state/page-state';
import { setTools } from '../../state/editing/reshaping';
import { text } from '../../text/en';
import { ActionButton } from '../action-button';
import { usePage, useValue } from '../context';

const words = text.editing;

// What the small panel would do, in words.
function effect(state: PageState): string {
  const { asking } = state.tools;
  const polygons = (state.picture?.annotations ?? [])
    .filter(({ id }) => state.selection.has(id))
    .map(({ polygon }) => polygon);
  const sum = (of: (polygon: (typeof polygons)[number]) => number) =>
    polygons.reduce((total, polygon) => total + of(polygon), 0);
  if (asking === null) return '';
  if (asking.what === 'specks')
    return words.specksFound(sum((polygon) => polygon.length - withoutSpecks(polygon, asking.amount).length));
  const after = sum((polygon) => countVertices(simplified(polygon, asking.amount)));
  return words.verticesAfter(count(sum(countVertices)), count(after));
}

function Asking() {
  const page = usePage();
  const ref = useRef<HTMLInputElement>(null);
  const asking = useValue((state) => state.tools.asking);
  const says = useValue(effect);
  useLayoutEffect(() => ref.current?.focus({ preventScroll: true }), [asking?.what]);
  if (asking === null) return null;
  const { least, most, step } = limits[asking.what];
  const label = asking.what === 'simplify' ? words.tolerance : words.specksBelow;
  const close = () => {
    ref.current?.blur();
    setTools(page, { asking: null });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && event.target === ref.current) void answer(page);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="asking" role="group" aria-label={label} onKeyDown={onKeyDown}>
      <label>
        <span>{label}</span>
        <input
          ref={ref}
          type={asking.what === 'simplify' ? 'range' : 'number'}
          min={least}
          max={most}
          step={step}
          value={asking.amount}
          onInput={(event) => setAmount(page, Number(event.currentTarget.value))}
        />
        {asking.what === 'simplify' && <output class="tabular">{`${asking.amount} ${words.pixels}`}</output>}
      </label>
      <span class="muted tabular asking-effect" role="status" data-testid="asking-effect">
        {says}
      </span>
      <span class="asking-buttons">
        <button type="button" class="button" onClick={close}>
          {words.cancel}
        </button>
        <button type="button" class="button primary" onClick={() => void answer(page)}>
          {words.apply} <kbd>Enter</kbd>
        </button>
      </span>
    </div>
  );
}

export function ObjectBar() {
  const size = useValue((state) => state.selection.size);
  const asked = useValue((state) => state.tools.asking !== null);
  if (size === 0) return null;
  return (
    <>
      {asked && <Asking />}
      <div class="object-bar" role="toolbar" aria-label={words.objectBar}>
        <span class="muted tabular object-count">{words.selected(size)}</span>
        <ActionButton id="merge" icon="merge" side="above" />
        <ActionButton id="subtract" icon="subtract" side="above" />
        <span class="divider" />
        <ActionButton id="fill-holes" icon="fill" side="above" />
        <ActionButton id="drop-specks" icon="specks" side="above" />
        <ActionButton id="simplify" icon="simplify" side="above" />
        <span class="divider" />
        <ActionButton id="to-front" icon="front" side="above" />
        <ActionButton id="forward" icon="raise" side="above" />
        <ActionButton id="backward" icon="lower" side="above" />
        <ActionButton id="to-back" icon="back" side="above" />
        <span class="divider" />
        <ActionButton id="copy-next" icon="copyNext" side="above" />
      </div>
    </>
  );
}
