// A list that draws only the rows in sight.

import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rowsInSight, scrollToRow, wholeRows, type ListWindow } from '../geometry/list-window';

interface Props {
  readonly count: number;
  readonly row: number; // height, CSS pixels
  readonly label: string;
  readonly id?: string;
  readonly current: number | null; // kept in sight when it changes
  readonly render: (index: number) => ComponentChildren;
  readonly multiple?: boolean; // several may be selected
  readonly onDrawn?: (drawn: ListWindow) => void;
  readonly onWhole?: (whole: ListWindow) => void;
  readonly role?: 'listbox' | 'tree';
  readonly kind?: string; // a further class
  readonly ownKeys?: boolean; // who uses it moves the focus itself
}

const items = '[role=option], [role=treeitem]';

function itemsOf(list: HTMLElement): readonly HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(items)];
}

// Arrows and the like move the focus from row to row; the list follows, drawing what comes into sight.
function moveFocus(list: HTMLElement, event: KeyboardEvent, row: number): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const all = itemsOf(list);
  const at = all.indexOf(document.activeElement as HTMLElement);
  if (at < 0 && document.activeElement !== list) return;
  const page = Math.max(1, Math.floor(list.clientHeight / row) - 1);
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
  const step = steps[event.key];
  const isEnd = event.key === 'Home' || event.key === 'End';
  if (step === undefined && !isEnd) return;
  event.preventDefault();
  event.stopPropagation();
  if (at < 0) return all[0]?.focus();
  const next = step === undefined ? undefined : all[at + step];
  if (next !== undefined) return next.focus();
  const isDown = step === undefined ? event.key === 'End' : step > 0;
  if (isEnd) list.scrollTop = isDown ? list.scrollHeight : 0;
  else list.scrollTop += step! * row;
  // The rows there are drawn in the next frame, and take the focus in the one after it.
  requestAnimationFrame(() => requestAnimationFrame(() => itemsOf(list).at(isDown ? -1 : 0)?.focus()));
}

function useHeight(ref: RefObject<HTMLDivElement | null>): number {
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current!;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    setHeight(element.clientHeight);
    return () => observer.disconnect();
  }, []);
  return height;
}

export function VirtualList(props: Props) {
  const { count, row, label, id, current, render, multiple = false, onDrawn, onWhole, role = 'listbox', kind = '', ownKeys = false } = props;
  const ref = useRef<HTMLDivElement>(null);
  const height = useHeight(ref);
  const [top, setTop] = useState(0);
  const drawn = rowsInSight(top, height, row, count);
  const whole = wholeRows(top, height, row, count);

  useLayoutEffect(() => {
    if (current === null || current < 0 || height === 0) return;
    const element = ref.current!;
    const wanted = scrollToRow(current, element.scrollTop, height, row, count);
    if (wanted !== element.scrollTop) element.scrollTop = wanted;
  }, [current, height, count, row]);
  useLayoutEffect(() => onDrawn?.(drawn), [drawn.first, drawn.end, count]);
  useLayoutEffect(() => onWhole?.(whole), [whole.first, whole.end, count]);

  // Where no row can take the focus (the current one is out of sight), the list does.
  useLayoutEffect(() => {
    const element = ref.current!;
    element.tabIndex = element.querySelector('[tabindex="0"]') === null && count > 0 ? 0 : -1;
  });

  const rows: ComponentChildren[] = [];
  for (let index = drawn.first; index < drawn.end; ++index) rows.push(render(index));
  return (
    <div
      class={`list ${kind}`}
      {...(id === undefined ? {} : { id })}
      ref={ref}
      role={role}
      aria-label={label}
      {...(multiple ? { 'aria-multiselectable': true } : {})}
      onKeyDown={(event) => !ownKeys && moveFocus(event.currentTarget, event, row)}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div class="list-rows" role="presentation" style={{ height: `${count * row}px` }}>
        <div class="list-drawn" role="presentation" style={{ transform: `translateY(${drawn.first * row}px)` }}>
          {rows}
        </div>
      </div>
    </div>
  );
}
