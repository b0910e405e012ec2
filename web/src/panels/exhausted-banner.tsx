// Memory did not suffice for the model on the picture on screen: what happened, and GrabCut, which does with less.

import { grabcutWouldHelp } from '../state/predictor';
import { useValue } from './context';
import { PredictorButton, TroubleBanner } from './trouble-banner';

export function ExhaustedBanner() {
  const shown = useValue(grabcutWouldHelp);
  const reason = useValue((state) => state.picture?.encoding_reason ?? '');
  if (!shown) return null;
  return (
    <TroubleBanner
      testId="exhausted-banner"
      sentence="Memory does not suffice for the model on this picture. GrabCut needs little."
      reason={reason}
    >
      <PredictorButton
        use="grabcut"
        title="Masks without the model, in little memory; the menu at the top right switches back"
      >
        Use GrabCut
      </PredictorButton>
    </TroubleBanner>
  );
}
