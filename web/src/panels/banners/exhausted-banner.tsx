// Memory did not suffice for the model on the picture on screen: what happened, and GrabCut, which does with less.

import { grabcutWouldHelp } from '../../state/prompting/predictor';
import { text } from '../../text/en';
import { useValue } from '../context';
import { PredictorButton, TroubleBanner } from './trouble-banner';

export function ExhaustedBanner() {
  const shown = useValue(grabcutWouldHelp);
  const reason = useValue((state) => state.picture?.encoding_reason ?? '');
  if (!shown) return null;
  return (
    <TroubleBanner
      testId="exhausted-banner"
      sentence={text.predictor.exhausted}
      reason={reason}
    >
      <PredictorButton
        use="grabcut"
        title={text.predictor.withoutMemory}
      >
        {text.predictor.useGrabcut}
      </PredictorButton>
    </TroubleBanner>
  );
}
