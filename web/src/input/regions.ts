// The parts of the page, gone through by key: Tab goes through objects on the picture, so there must be another way on.

const regions = '.toolbar, .panel.images, .viewer-bar, .canvas, .prompt-strip, .panel.classes, .panel.annotations, .status-bar';
const focusable = 'button, input, select, textarea, a[href], [tabindex="0"]';

function firstIn(region: HTMLElement): HTMLElement | null {
  const current = region.querySelector<HTMLElement>('[role=option][tabindex="0"], [role=treeitem][tabindex="0"]');
  if (current !== null) return current;
  if (region.matches('[tabindex]')) return region;
  return [...region.querySelectorAll<HTMLElement>(focusable)].find((each) => each.offsetParent !== null) ?? null;
}

export function focusRegion(step: 1 | -1): void {
  const all = [...document.querySelectorAll<HTMLElement>(regions)].filter((region) => firstIn(region) !== null);
  if (all.length === 0) return;
  const at = all.findIndex((region) => region.contains(document.activeElement));
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
  firstIn(all[to]!)?.focus();
}

export function focusPicture(): void {
  document.querySelector<HTMLElement>('.canvas')?.focus({ preventScroll: true });
}
