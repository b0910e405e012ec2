// The model that the program was started with cannot be used: why, and what can be done without it.

import { choosePredictor } from '../state/predictor';
import { usePage, useValue } from './context';
import { Icon } from './icon';

export function ModelBanner() {
  const page = usePage();
  const predictor = useValue((state) => state.project?.predictor);
  const switching = useValue((state) => state.switching);
  if (predictor?.use !== 'model' || predictor.model.state !== 'failed') return null;
  const { name, reason } = predictor.model;
  return (
    <div class="banner critical" role="alert" data-testid="model-banner">
      <Icon name="warning" />
      <span class="grow exhausted">
        <strong>{name} could not be loaded.</strong>
        <span class="reason" title={reason}>
          {reason}
        </span>
      </span>
      <button
        type="button"
        class="button"
        aria-disabled={switching}
        title="Loads the model again, once what is wrong with it was mended"
        onClick={() => void choosePredictor(page, 'model')}
      >
        Try again
      </button>
      {predictor.can_use_grabcut && (
        <button
          type="button"
          class="button"
          aria-disabled={switching}
          title="Masks without the model; the menu at the top right switches back"
          onClick={() => void choosePredictor(page, 'grabcut')}
        >
          Use GrabCut
        </button>
      )}
    </div>
  );
}
