// A modal dialog. The browser's own <dialog> keeps the focus inside and gives it back.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePage } from './context';

interface Props {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
  readonly kind?: string; // a further class
  readonly keys?: (key: string) => boolean; // true: handled
}

export function Dialog({ title, children, wide = false, kind = '', keys }: Props) {
  const page = usePage();
  const ref = useRef<HTMLDialogElement>(null);
  const close = () => page.store.set({ dialog: null });
  // Before the next paint: a key pressed right after the one that opened it must reach it.
  useLayoutEffect(() => {
    const dialog = ref.current!;
    dialog.showModal();
    dialog.querySelector<HTMLElement>('[data-first]')?.focus({ preventScroll: true });
    return () => dialog.close();
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    const handled = !event.ctrlKey && !event.metaKey && !event.altKey && keys?.(event.key);
    if (handled) event.preventDefault();
    event.stopPropagation();
  };
  return (
    <dialog
      ref={ref}
      class={wide ? 'wide' : kind}
      aria-label={title}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === ref.current && close()}
    >
      <div class="dialog-body">
        <h2>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
