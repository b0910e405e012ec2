// Arithmetic of a list that draws only the rows in sight. All rows have the same height in CSS pixels.

export interface ListWindow {
  readonly first: number; // first row drawn
  readonly end: number; // one past the last
}

export function rowsInSight(scrollTop: number, height: number, row: number, count: number, extra = 6): ListWindow {
  const first = Math.max(0, Math.min(count, Math.floor(scrollTop / row)) - extra);
  const end = Math.min(count, Math.max(0, Math.ceil((scrollTop + height) / row)) + extra);
  return { first, end: Math.max(first, end) };
}

// Rows that are wholly visible; where the number keys point.
export function wholeRows(scrollTop: number, height: number, row: number, count: number): ListWindow {
  const first = Math.min(count, Math.max(0, Math.ceil((scrollTop - 1) / row)));
  const end = Math.min(count, Math.max(first, Math.floor((scrollTop + height + 1) / row)));
  return { first, end };
}

// The scroll position nearest to the present one that shows a row wholly, with a row of context where there is room.
export function scrollToRow(index: number, scrollTop: number, height: number, row: number, count: number): number {
  const context = height >= 4 * row ? row : 0;
  const top = index * row;
  const most = Math.max(0, count * row - height);
  if (top - context < scrollTop) return Math.max(0, Math.min(top - context, most));
  if (top + row + context > scrollTop + height) return Math.max(0, Math.min(top + row + context - height, most));
  return scrollTop;
}

// Pages of a list fetched in pages that a window touches.
export function pagesIn(window: ListWindow, pageSize: number): number[] {
  const pages: number[] = [];
  if (window.end <= window.first) return pages;
  for (let page = Math.floor(window.first / pageSize); page <= Math.floor((window.end - 1) / pageSize); ++page) {
    pages.push(page);
  }
  return pages;
}
