// Who else is here: the notice that another window has the picture, and the mark in the list of images.

import { askTakeOver, isLookOnly, othersAt, personIn } from '../state/project/windows';
import { text } from '../text/en';
import { usePage, useValue } from './context';
import { Icon } from './icon';

const named = text.windows;

export function LookOnlyBanner() {
  const page = usePage();
  const shown = useValue(isLookOnly);
  const holder = useValue((state) => state.picture?.holder ?? null);
  if (!shown || holder === null) return null;
  return (
    <div class="banner notice" role="status" data-testid="look-only">
      <Icon name="person" />
      <span class="grow">{named.lookOnly(personIn(holder))}</span>
      <button type="button" class="button" onClick={() => askTakeOver(page)}>
        {named.takeOver}
      </button>
    </div>
  );
}

// Of an image that others have on their screen.
export function HolderMark({ name }: { name: string }) {
  const title = useValue((state) => {
    const others = othersAt(state, name);
    return others.length === 0 ? null : named.openAt(others.map(personIn).join(', '));
  });
  if (title === null) return null;
  return (
    <span class="holder-mark" role="img" aria-label={title} title={title}>
      <Icon name="person" />
    </span>
  );
}
