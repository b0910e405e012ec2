// A colour for each class, stable by its id. Hues go round by the golden angle so that neighbours differ most;
// lightness changes too, so that classes stay apart for those who see hues less well.

const goldenAngle = 137.50776;
const lightness = [0.78, 0.66, 0.87];
const chroma = [0.15, 0.17, 0.11];

export interface ClassColor {
  readonly l: number;
  readonly c: number;
  readonly h: number;
}

export function colorOf(classId: number): ClassColor {
  const row = ((classId % 3) + 3) % 3;
  const hue = (((250 + classId * goldenAngle) % 360) + 360) % 360;
  return { l: lightness[row]!, c: chroma[row]!, h: hue };
}

export function css(color: ClassColor, alpha = 1): string {
  return `oklch(${color.l} ${color.c} ${color.h.toFixed(1)} / ${alpha})`;
}
