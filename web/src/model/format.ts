// Numbers for people.

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function count(value: number): string {
  return grouped.format(value);
}

// Pixels, short: 940 px, 12.3 k, 1.25 M.
export function area(pixels: number): string {
  if (pixels < 10_000) return `${count(pixels)} px`;
  if (pixels < 1_000_000) return `${(pixels / 1000).toFixed(pixels < 100_000 ? 1 : 0)} k px`;
  return `${(pixels / 1_000_000).toFixed(2)} M px`;
}

export function percent(fraction: number): string {
  const value = fraction * 100;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
