// The parts of the filter, each of which a click takes away.

import { partsOf, without, type FilterPart } from '../../model/filter';
import type { Class } from '../../model/wire';
import { setFilter } from '../../state/images/image-list';
import { noFilter } from '../../state/images/image-list-state';
import { tellError } from '../../state/messages';
import { text } from '../../text/en';
import { usePage, useValue } from '../context';
import { Icon } from '../icon';

const words = text.images;
const none: readonly Class[] = [];

export function FilterChips() {
  const page = usePage();
  const filter = useValue((state) => state.images.filter);
  const classes = useValue((state) => state.project?.classes ?? none);
  const parts = partsOf(filter);
  if (parts.length === 0) return null;
  const name = (part: FilterPart): string => {
    switch (part.kind) {
      case 'state':
        return words.states[part.state];
      case 'class':
        return classes.find(({ id }) => id === part.classId)?.name ?? words.unknownClass(part.classId);
      case 'objects':
        return words.objects(part.atLeast, part.atMost);
      case 'text':
        return words.named(part.text);
    }
  };
  const list = (wanted: typeof filter) => void setFilter(page, wanted).catch((error: unknown) => tellError(page, 'list', error));
  return (
    <div class="chips" role="group" aria-label={words.filter}>
      {parts.map((part) => (
        <button
          type="button"
          class="chip"
          key={name(part)}
          aria-label={words.remove(name(part))}
          onClick={() => list(without(filter, part))}
        >
          <span>{name(part)}</span>
          <Icon name="close" />
        </button>
      ))}
      {parts.length > 1 && (
        <button type="button" class="chip all" onClick={() => list(noFilter)}>
          {words.clearFilter}
        </button>
      )}
    </div>
  );
}
