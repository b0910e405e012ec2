// A button for an action, with its key in the tooltip.

import { isEnabled } from '../input/action';
import { actionOf } from '../input/actions';
import { keyText } from '../input/keymap';
import { usePage, useValue } from './context';
import { Icon, type IconName } from './icon';

interface Props {
  readonly id: string;
  readonly icon?: IconName;
  readonly text?: string;
  readonly kind?: 'plain' | 'primary' | 'danger';
  readonly keyShown?: boolean;
  readonly side?: 'below' | 'above';
}

export function ActionButton({ id, icon, text, kind = 'plain', keyShown = false, side = 'below' }: Props) {
  const page = usePage();
  const action = actionOf(id);
  const enabled = useValue((state) => isEnabled(action, state));
  const active = useValue((state) => action.active?.(state) ?? null);
  const key = keyText(action.keys[0]!);
  return (
    <button
      type="button"
      class={`button ${kind}${text === undefined ? ' square' : ''}`}
      aria-label={action.title}
      aria-keyshortcuts={action.keys[0]}
      {...(active === null ? {} : { 'aria-pressed': active })}
      aria-disabled={!enabled}
      data-tip={`${action.title}  ·  ${key}`}
      data-side={side}
      onClick={() => isEnabled(action, page.store.get()) && action.run(page, action.keys[0]!)}
    >
      {icon !== undefined && <Icon name={icon} />}
      {text !== undefined && <span>{text}</span>}
      {keyShown && <kbd>{key}</kbd>}
    </button>
  );
}
