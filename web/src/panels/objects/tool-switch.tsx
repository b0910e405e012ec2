// The tools that change objects by hand, beside those that make prompts.

import { text } from '../../text/en';
import { ActionButton } from '../action-button';

export function ToolSwitch() {
  return (
    <div class="group" role="group" aria-label={text.editing.byHand}>
      <ActionButton id="vertices" icon="outline" />
      <ActionButton id="brush" icon="brush" />
      <ActionButton id="eraser" icon="eraser" />
    </div>
  );
}
