// A list that draws only the rows in sight.

import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rowsInSight, scrollToRow, wholeRows, type ListWindow } from '../geometry/list-window';

interface Props {
  readonly count: number;
  readonly row: number; // height, CSS pixels
  readonly label: string;
  readonly current: number | null; // kept in sight when it changes
  readonly render: (index: number) => ComponentChildren;
  readonly multiple?: boolean; // several may be selected
  readonly onDrawn?: (drawn: ListWindow) => void;
  readonly onWhole?: (whole: ListWindow) => void;
  readonly role?: 'listbox' | 'tree';
  readonly kind?: string; // a further class
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
  const { count, row, label, current, render, multiple = false, onDrawn, onWhole, role = 'listbox', kind = '' } = props;
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

  const rows: ComponentChildren[] = [];
  for (let index = drawn.first; index < drawn.end; ++index) rows.push(render(index));
  return (
    <div
      class={`list ${kind}`}
      ref={ref}
      role={role}
      aria-label={label}
      {...(multiple ? { 'aria-multiselectable': true } : {})}
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
