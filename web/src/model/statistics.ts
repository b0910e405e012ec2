// What a statistics job found: the JSON of `sam-annotator stats --json`, as far as the page shows it.

export interface AreaStatistics {
  readonly min: number;
  readonly median: number;
  readonly mean: number;
  readonly max: number;
  readonly small: number; // objects below 32 x 32 px
  readonly medium: number; // below 96 x 96 px
  readonly large: number;
}

// Of the objects whose time is known; seconds.
export interface TimeStatistics {
  readonly objects: number;
  readonly median: number;
  readonly mean: number;
  readonly sum: number;
}

// What an image is, the first that holds.
export const imageKinds = ['broken', 'faulty', 'reviewed', 'proposed', 'labelled', 'empty', 'new'] as const;
export type ImageKind = (typeof imageKinds)[number];

export interface ClassStatistics {
  readonly id: number;
  readonly name: string;
  readonly annotations: number;
  readonly images: number;
  readonly areas: AreaStatistics;
  readonly seconds?: TimeStatistics;
}

// What is optional is counted only by programs that know of it.
export interface Statistics {
  readonly images: number;
  readonly labelled_images: number;
  readonly empty_images: number;
  readonly fresh_images: number;
  readonly annotations: number;
  readonly proposals?: number;
  readonly rejected?: number;
  readonly areas: AreaStatistics;
  readonly seconds?: TimeStatistics;
  readonly states?: Readonly<Record<ImageKind, number>>;
  readonly classes: readonly ClassStatistics[];
  readonly objects_an_image: Readonly<Record<string, number>>; // images by their number of objects: "0", "1", "3-4"
  readonly most_objects: number;
  readonly sources: Readonly<Record<string, number>>;
  readonly unreadable: readonly string[];
}

export const charts = ['classes', 'states', 'areas', 'positions', 'objects', 'times'] as const;
export type Chart = (typeof charts)[number];

// The most frequent first, then by name.
export function byCount(classes: readonly ClassStatistics[]): readonly ClassStatistics[] {
  return [...classes].sort((a, b) => b.annotations - a.annotations || a.name.localeCompare(b.name));
}
