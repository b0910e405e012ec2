// Line icons on a grid of 16, drawn with the colour of the text.

const shapes = {
  box: 'M3 5V3h2M11 3h2v2M13 11v2h-2M5 13H3v-2M7 3h2M7 13h2M3 7v2M13 7v2',
  point: 'M8 2v3M8 11v3M2 8h3M11 8h3M8 8h.01',
  edge: 'M2 4h4.5c3.5 0 0 8 3.5 8H14',
  layers: 'M8 2.5 14 6 8 9.5 2 6zM2.5 9.5 8 12.8l5.5-3.3',
  undo: 'M5.5 3 2.5 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H6',
  redo: 'M10.5 3l3 3-3 3M13 6H6.5a3.5 3.5 0 0 0 0 7H10',
  trash: 'M2.5 4.5h11M6 4.5V2.5h4v2M4 4.5l.7 9h6.6l.7-9M6.7 7v4M9.3 7v4',
  save: 'M3 2.5h8l2.5 2.5v8.5h-11v-11zM5 2.5v3.5h5V2.5M5 13.5V9.5h6v4',
  broom: 'M3 13.5h10M5 13.5l-2-2a1 1 0 0 1 0-1.4l6.6-6.6a1 1 0 0 1 1.4 0l2.5 2.5a1 1 0 0 1 0 1.4l-6 6.1',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  help: 'M5.8 6a2.3 2.3 0 1 1 3.3 2.1c-.7.4-1.1.8-1.1 1.6M8 12h.01',
  left: 'M10 3 5 8l5 5',
  right: 'M6 3l5 5-5 5',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7 14 14',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5 6.5 12 13 4.5',
  warning: 'M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 12h.01',
  mask: 'M3 9c-1-4 2-6.500 5.500-6.500S14 5 13 9s-3.500 4.500-5.500 4.200S4 13 3 9z',
  frame: 'M3 3.500h10v9H3z',
  tag: 'M2.500 3v4.500l6 6 5-5-6-6H3zM5 5.500h.01',
  dots: 'M4 5h.01M11 4h.01M8 9h.01M4.500 12h.01M12 11h.01',
  hover: 'M13.500 6.500C13 4 11 2.500 8.500 2.500 5 2.500 2.500 5 3 9c.200 2.300 1.200 3.700 3 4.100M8 7.500l2 6 1.300-2.700L14 9.500z',
  grid: 'M2.500 2.500h4v4h-4zM9.500 2.500h4v4h-4zM2.500 9.500h4v4h-4zM9.500 9.500h4v4h-4z',
  overlap: 'M2.500 2.500h7.500v7.500h-7.500zM6 6h7.500v7.500H6z',
  again: 'M13 8a5 5 0 1 1-1.600-3.700M13 2.500v3h-3',
  down: 'M4 6l4 4 4-4',
  gear: 'M8 10.2a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400zM8 1.800v2M8 12.200v2M1.800 8h2M12.200 8h2M3.600 3.600 5 5M11 11l1.400 1.400M12.400 3.600 11 5M5 11l-1.400 1.400',
  out: 'M8 10V2.500M5 5.300 8 2.400l3 2.900M3 8.500v5h10v-5',
  forward: 'M3 3.500l5 4.500-5 4.500zM9.500 3.500v9M12.500 3.500v9',
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}
