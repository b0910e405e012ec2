// What keeps the model from working: a sentence, the reason, and what can be done about it.

import type { ComponentChildren } from 'preact';

import { choosePredictor } from '../../state/prompting/predictor';
import { usePage, useValue } from '../context';
import { Icon } from '../icon';

export function TroubleBanner(props: { testId: string; sentence: string; reason: string; children: ComponentChildren }) {
  return (
    <div class="banner critical" role="alert" data-testid={props.testId}>
      <Icon name="warning" />
      <span class="grow exhausted">
        <strong>{props.sentence}</strong>
        <span class="reason" title={props.reason}>
          {props.reason}
        </span>
      </span>
      {props.children}
    </div>
  );
}

export function PredictorButton(props: { use: 'model' | 'grabcut'; title: string; children: ComponentChildren }) {
  const page = usePage();
  const switching = useValue((state) => state.switching);
  return (
    <button
      type="button"
      class="button"
      aria-disabled={switching}
      title={props.title}
      onClick={() => void choosePredictor(page, props.use)}
    >
      {props.children}
    </button>
  );
}
