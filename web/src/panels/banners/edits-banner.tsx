// Edits that were not made, because somebody else has the image or changed it: what they were, and what becomes of them.

import { forgetRefused, makeRefusedAgain } from '../../state/editing/edit-queue';
import { classInstead, goneClasses } from '../../state/editing/waiting-classes';
import { isLookOnly } from '../../state/project/windows';
import { text } from '../../text/en';
import { usePage, useValue } from '../context';
import { Icon } from '../icon';

const named = text.saving;

const quoted = (names: readonly string[]) => names.map((name) => `“${name}”`).join(', ');

export function EditsBanner() {
  const page = usePage();
  const refused = useValue((state) => state.edits.refused);
  const locked = useValue(isLookOnly);
  const gone = useValue((state) => quoted(goneClasses(state)));
  const instead = useValue((state) => classInstead(state)?.name ?? '');
  const first = refused[0];
  if (first === undefined) return null;
  const what = [...new Set(refused.map(({ edit }) => named.edits[edit.type]))].join(', ');
  const names = [...new Set(refused.map(({ name }) => name))].join(', ');
  return (
    <div class="banner warning" role="alert" data-testid="refused">
      <Icon name="warning" />
      <span class="grow">
        <strong>{named.refused(refused.length)}</strong> {named.refusedOn(what, names)} {first.why}
      </span>
      <button
        type="button"
        class="button"
        title={named.makeAgainTitle}
        aria-disabled={locked}
        onClick={() => !locked && void makeRefusedAgain(page)}
      >
        {gone === '' ? named.makeAgain : named.makeAgainAs(gone, instead)}
      </button>
      <button type="button" class="button" onClick={() => forgetRefused(page)}>
        {named.discard}
      </button>
    </div>
  );
}
