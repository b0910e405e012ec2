// A button for an action, with its key in the tooltip.

import { isEnabled } from '../input/action';
import { actionOf } from '../input/actions';
import { usePage, useValue } from './context';
import { Icon, type IconName } from './icon';
import { useKey, withKey } from './keys';

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
  const title = useValue((state) => action.titleNow?.(state) ?? action.title);
  const active = useValue((state) => action.active?.(state) ?? null);
  const key = useKey(action);
  return (
    <button
      type="button"
      class={`button ${kind}${text === undefined ? ' square' : ''}`}
      aria-label={title}
      aria-keyshortcuts={key.spoken}
      {...(active === null ? {} : { 'aria-pressed': active })}
      aria-disabled={!enabled}
      data-action={id}
      data-tip={withKey(title, key.text)}
      data-side={side}
      onClick={() => isEnabled(action, page.store.get()) && action.run(page, action.keys[0]!)}
    >
      {icon !== undefined && <Icon name={icon} />}
      {text !== undefined && <span>{text}</span>}
      {keyShown && key.text !== null && <kbd>{key.text}</kbd>}
    </button>
  );
}
