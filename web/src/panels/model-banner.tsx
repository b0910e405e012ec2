// The model that the program was started with cannot be used: why, and what can be done without it.

import { useValue } from './context';
import { PredictorButton, TroubleBanner } from './trouble-banner';

export function ModelBanner() {
  const predictor = useValue((state) => state.project?.predictor);
  if (predictor?.use !== 'model' || predictor.model.state !== 'failed') return null;
  const { name, reason } = predictor.model;
  return (
    <TroubleBanner testId="model-banner" sentence={`${name} could not be loaded.`} reason={reason}>
      <PredictorButton use="model" title="Loads the model again, once what is wrong with it was mended">
        Try again
      </PredictorButton>
      {predictor.can_use_grabcut && (
        <PredictorButton use="grabcut" title="Masks without the model; the menu at the top right switches back">
          Use GrabCut
        </PredictorButton>
      )}
    </TroubleBanner>
  );
}
