// How the class list is shown.

export interface ClassList {
  readonly folded: ReadonlySet<string>; // paths of groups
  readonly used: readonly string[]; // names of classes that objects were given here, the newest last
}

export const noClasses: ClassList = { folded: new Set(), used: [] };
