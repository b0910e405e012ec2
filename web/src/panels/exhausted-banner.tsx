// Memory did not suffice for the model on the picture on screen: what happened, and GrabCut, which does with less.

import { choosePredictor, grabcutWouldHelp } from '../state/predictor';
import { usePage, useValue } from './context';
import { Icon } from './icon';

export function ExhaustedBanner() {
  const page = usePage();
  const shown = useValue(grabcutWouldHelp);
  const reason = useValue((state) => state.picture?.encoding_reason ?? '');
  const switching = useValue((state) => state.switching);
  if (!shown) return null;
  return (
    <div class="banner critical" role="alert" data-testid="exhausted-banner">
      <Icon name="warning" />
      <span class="grow exhausted">
        <strong>Memory does not suffice for the model on this picture. GrabCut needs little.</strong>
        <span class="reason" title={reason}>
          {reason}
        </span>
      </span>
      <button
        type="button"
        class="button"
        aria-disabled={switching}
        title="Masks without the model, in little memory; the menu at the top right switches back"
        onClick={() => void choosePredictor(page, 'grabcut')}
      >
        Use GrabCut
      </button>
    </div>
  );
}
