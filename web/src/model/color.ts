// A colour for each class, by its id, the same everywhere it is drawn. The first twelve are as far apart as twelve can be
// for everybody: the smallest distance in OKLab, for normal sight and for each kind of colour blindness (Machado et al.
// 2009, full severity), was made as large as possible by search. The next dozens are shades of them, so that any class and
// its eleven neighbours in the list stay apart. tests/data/class_colors.json has the first 64, for all who draw them.

export interface ClassColor {
  readonly l: number;
  readonly c: number;
  readonly h: number; // degrees
}

// OKLCH, each far from the one before.
const first: readonly (readonly [l: number, c: number, h: number])[] = [
  [0.61, 0.09, 229],
  [0.92, 0.16, 108],
  [0.62, 0.2, 38],
  [0.83, 0.1, 216],
  [0.63, 0.2, 296],
  [0.81, 0.16, 92],
  [0.6, 0.11, 12],
  [0.93, 0.08, 187],
  [0.74, 0.17, 304],
  [0.73, 0.13, 39],
  [0.84, 0.09, 134],
  [0.72, 0.08, 189],
];

const shades: readonly (readonly [lighter: number, chroma: number, turn: number])[] = [
  [0, 1, 0],
  [-0.05, 0.92, -3],
  [-0.022, 1, -1],
  [0.024, 0.93, 0],
];

function within(value: number, size: number): number {
  return ((value % size) + size) % size;
}

export function colorOf(classId: number): ClassColor {
  const [l, c, h] = first[within(classId, first.length)]!;
  const [lighter, chroma, turn] = shades[within(Math.floor(classId / first.length), shades.length)]!;
  return { l: l + lighter, c: c * chroma, h: within(h + turn, 360) };
}

// Linear light, which may leave 0 to 1. Matrices: B. Ottosson, OKLab.
export function linear({ l, c, h }: ClassColor): readonly [number, number, number] {
  const turn = (h * Math.PI) / 180;
  const [a, b] = [c * Math.cos(turn), c * Math.sin(turn)];
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
}

// sRGB, 0 to 255; what it does not have is clipped.
export function srgb(color: ClassColor): readonly number[] {
  return linear(color).map((value) => {
    const light = Math.min(1, Math.max(0, value));
    const coded = light < 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
    return Math.round(255 * coded);
  });
}

export function hex(color: ClassColor): string {
  return `#${srgb(color)
    .map((value) => value.toString(16).padStart(2, '0'))
    .join('')}`;
}

export function css(color: ClassColor, alpha = 1): string {
  return `rgb(${srgb(color).join(' ')} / ${alpha})`;
}
