// Annotations that are out of the way in this window: not drawn, or not hit by a click.

export interface PutAside {
  readonly name: string; // the image they are of
  readonly hidden: ReadonlySet<number>;
  readonly locked: ReadonlySet<number>;
}

export const nothingAside: PutAside = { name: '', hidden: new Set(), locked: new Set() };
