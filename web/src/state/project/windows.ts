// Several people, or several windows of one, on one project: who has which image. Only the window that has an image may
// change it; the others look, and may take it over knowingly.

import { text } from '../../text/en';
import type { Window } from '../../model/wire';
import { takePicture } from '../editing/edit-queue';
import { announce, settled, tell, tellError } from '../messages';
import { enqueue, type Page } from '../page';
import type { PageState } from '../page-state';

function holderIn(all: readonly Window[], name: string): Window | null {
  return all.find(({ image, holds }) => image === name && holds === true) ?? null;
}

function isSame(a: Window | null, b: Window | null): boolean {
  return a?.window === b?.window && a?.person === b?.person;
}

// The event, or the answer to the question who is there.
export function onWindows(page: Page, all: readonly Window[]): void {
  const { picture, windows } = page.store.get();
  page.store.set({ windows: { ...windows, all } });
  if (picture === null) return;
  const holder = holderIn(all, picture.name);
  if (isSame(holder, picture.holder)) return;
  const before = isLookOnly(page.store.get());
  page.store.set({ picture: { ...picture, holder } });
  const after = isLookOnly(page.store.get());
  if (before && !after) settled(page, 'edit');
  if (before !== after) announce(page, after ? text.windows.lookOnly(personIn(holder!)) : text.windows.yours);
}

export function personIn({ person }: Pick<Window, 'person'>): string {
  return person === '' ? text.windows.somebody : person;
}

// Another window has the picture on screen.
export function isLookOnly({ picture, windows }: PageState): boolean {
  return picture !== null && picture.holder !== null && picture.holder.window !== windows.me;
}

// Remembers what this window has when the connection is lost: the program may be started again, and another window come
// back first.
export function watchHolding(page: Page): () => void {
  let before = page.store.get().connection;
  return page.store.subscribe(() => {
    const { connection, picture, windows } = page.store.get();
    if (connection === before) return;
    before = connection;
    const held = picture?.holder?.window === windows.me ? picture.name : null;
    if (connection === 'lost') page.store.set({ windows: { ...windows, held } });
  });
}

export function sayLookOnly(page: Page): void {
  const { picture } = page.store.get();
  if (picture !== null && picture.holder !== null)
    tell(page, 'info', 'note', text.windows.lookOnly(personIn(picture.holder)), text.windows.lookOnlyDetail);
}

// Other windows that have an image on their screen; the one that may change it first.
export function othersAt({ windows }: PageState, name: string): readonly Window[] {
  const others = windows.all.filter(({ image, window }) => image === name && window !== windows.me);
  return [...others].sort((a, b) => Number(b.holds === true) - Number(a.holds === true));
}

// Asks first, and says whose it is.
export function askTakeOver(page: Page): void {
  const { picture } = page.store.get();
  if (picture === null || picture.holder === null || !isLookOnly(page.store.get())) return;
  const { name } = picture;
  const person = personIn(picture.holder);
  page.store.set({
    dialog: {
      kind: 'confirm',
      title: text.windows.takeOverTitle(name),
      text: text.windows.takeOverText(person),
      label: text.windows.takeOver,
      proceed: () => void takeOver(page, name),
    },
  });
}

async function takeOver(page: Page, name: string): Promise<void> {
  await enqueue(page, async () => {
    const asked = page.now();
    takePicture(page, await page.api.takeOver(name), asked);
    settled(page, 'edit');
    announce(page, text.windows.yours);
  }).catch((error: unknown) => tellError(page, 'edit', error));
}
