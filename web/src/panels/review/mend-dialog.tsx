// What reviewers rejected, with their notes: the way for a labeller to mend it.

import { useEffect, useState } from 'preact/hooks';
import { colorOf, css } from '../../model/color';
import { count } from '../../model/format';
import { mend, rejectedFrom, type Rejected } from '../../state/review/mending';
import { tellError } from '../../state/messages';
import { nameOfClass } from '../../state/review/walking';
import { text } from '../../text/en';
import { ClassName } from '../class-name';
import { usePage, useValue } from '../context';
import { Dialog } from '../dialog';
import { Icon } from '../icon';
import { Thumbnail } from '../images/thumbnail';

const words = text.review;

function Image({ image }: { image: Rejected }) {
  const page = usePage();
  const state = page.store.get();
  const { name } = image.entry;
  return (
    <li class="mend-image">
      <Thumbnail name={name} side={96} />
      <span class="image-name">{name}</span>
      <div class="mend-objects">
        {image.annotations.map((annotation) => (
          <button
            type="button"
            class="mend-object"
            key={annotation.id}
            onClick={() => mend(page, name, annotation.id)}
          >
            <span class="swatch" style={{ background: css(colorOf(annotation.class_id)) }} />
            <ClassName name={nameOfClass(state, annotation.class_id)} />
            {(annotation.note ?? '') === '' ? (
              <span class="muted">{words.noNote}</span>
            ) : (
              <span class="walk-note">
                <Icon name="note" /> {annotation.note}
              </span>
            )}
          </button>
        ))}
      </div>
    </li>
  );
}

export function MendDialog() {
  const page = usePage();
  useValue((state) => state.project);
  const [images, setImages] = useState<readonly Rejected[]>([]);
  const [total, setTotal] = useState<number | null>(null);
  const [loading, setLoading] = useState(false);
  const more = async () => {
    setLoading(true);
    try {
      const next = await rejectedFrom(page, images.length);
      setImages([...images, ...next.images]);
      setTotal(next.total);
    } catch (error) {
      page.store.set({ dialog: null });
      tellError(page, 'note', error);
    }
    setLoading(false);
  };
  useEffect(() => void more(), []);
  const close = () => page.store.set({ dialog: null });
  return (
    <Dialog title={words.mendList}>
      <p role="status">
        {total === null ? words.mendLoading : total === 0 ? words.mendEmpty : words.mendCount(text.counted.images(total))}
      </p>
      <ul class="mend-list">
        {images.map((image) => (
          <Image key={image.entry.name} image={image} />
        ))}
      </ul>
      <div class="dialog-buttons">
        {total !== null && images.length < total && (
          <button type="button" class="button" aria-disabled={loading} onClick={() => !loading && void more()}>
            {words.mendMore} ({count(total - images.length)})
          </button>
        )}
        <button type="button" class="button primary" data-first onClick={close}>
          {words.close} <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
