// What makes the masks, and the choice between the model and GrabCut where there is one.

import { useRef } from 'preact/hooks';
import type { Model, Predictor } from '../../model/wire';
import { choosePredictor } from '../../state/prompting/predictor';
import { text as words } from '../../text/en';
import { usePage, useValue } from '../context';
import { Icon } from '../icon';

const menuId = 'predictor-menu';

function Choice({ use, name, text }: { use: Predictor['use']; name: string; text: string }) {
  const page = usePage();
  const chosen = useValue((state) => state.project?.predictor.use === use);
  const choose = () => {
    document.getElementById(menuId)?.hidePopover();
    void choosePredictor(page, use);
  };
  return (
    <button type="button" class="choice" role="menuitemradio" autofocus={chosen} aria-checked={chosen} onClick={choose}>
      <span class="choice-mark">{chosen && <Icon name="check" />}</span>
      <span>
        <strong>{name}</strong>
        <span class="muted">{text}</span>
      </span>
    </button>
  );
}

// On the button. description: "SAM 1 (mobile_sam.encoder.onnx), …"; empty until it was loaded.
function title({ use, description, model }: Predictor): string {
  if (use === 'model' && model.state === 'loading') return words.frame.loading(model.name);
  if (use === 'model' && model.state === 'failed') return words.predictor.failed(model.name);
  return description.split(' (')[0] || model.name;
}

function told({ use, description }: Predictor, { name, state, reason }: Model): string {
  if (state === 'loading') return words.predictor.beingLoaded(name);
  if (state === 'failed') return words.predictor.chooseAgain(name, reason);
  if (state === 'unloaded') return words.predictor.loadedNext(name, reason);
  return use === 'model' ? description : name;
}

// Of two choices the one that has not the focus.
function move(menu: HTMLElement, event: KeyboardEvent): void {
  event.preventDefault();
  menu.querySelector<HTMLElement>('.choice:not(:focus)')?.focus();
}

export function PredictorMenu() {
  const menu = useRef<HTMLDivElement>(null);
  const predictor = useValue((state) => state.project?.predictor);
  const switching = useValue((state) => state.switching);
  if (predictor === undefined) return null;
  const name = title(predictor);
  const hint = predictor.use === 'model' ? told(predictor, predictor.model) : predictor.description;
  if (!predictor.can_use_grabcut) {
    return (
      <span class="model" title={hint}>
        {name}
      </span>
    );
  }
  return (
    <>
      <button
        type="button"
        class="button predictor"
        aria-haspopup="menu"
        aria-label={words.predictor.fromWhat(name)}
        aria-disabled={switching}
        title={hint}
        popovertarget={menuId}
        data-testid="predictor"
      >
        <span class="model">{name}</span>
        <Icon name="down" />
      </button>
      <div
        class="menu"
        id={menuId}
        ref={menu}
        role="menu"
        aria-label={words.predictor.from}
        popover="auto"
        onKeyDown={(event) => {
          event.stopPropagation(); // the page's own keys rest
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') move(menu.current!, event);
        }}
      >
        <Choice use="model" name={words.predictor.model} text={told(predictor, predictor.model)} />
        <Choice use="grabcut" name="GrabCut" text={words.predictor.grabcutText} />
      </div>
    </>
  );
}
