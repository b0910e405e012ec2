// The model that the program was started with cannot be used: why, and what can be done without it.

import { text } from '../../text/en';
import { useValue } from '../context';
import { PredictorButton, TroubleBanner } from './trouble-banner';

export function ModelBanner() {
  const predictor = useValue((state) => state.project?.predictor);
  if (predictor?.use !== 'model' || predictor.model.state !== 'failed') return null;
  const { name, reason } = predictor.model;
  return (
    <TroubleBanner testId="model-banner" sentence={text.predictor.notLoaded(name)} reason={reason}>
      <PredictorButton use="model" title={text.predictor.tryAgainTip}>
        {text.predictor.tryAgain}
      </PredictorButton>
      {predictor.can_use_grabcut && (
        <PredictorButton use="grabcut" title={text.predictor.withoutModel}>
          {text.predictor.useGrabcut}
        </PredictorButton>
      )}
    </TroubleBanner>
  );
}
