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

// A length of time, about: 8 s, 4 min, 2 h 10 min, 3 d.
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) {
    const rest = minutes % 60;
    return rest === 0 || minutes > 600 ? `${Math.round(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
  }
  return `${count(Math.round(minutes / 1440))} d`;
}
