// uPlot's chart of the last ten minutes. Loaded on demand: it is a third of the page.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { historyMs } from '../../model/memory';
import type { Thresholds } from '../../model/wire';

export interface HistoryChart {
  show(timeMs: readonly number[], own: readonly number[], all: readonly number[]): void;
  stop(): void;
}

const height = 150;

function colour(element: HTMLElement, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

function options(element: HTMLElement, thresholds: Thresholds): uPlot.Options {
  const faint = colour(element, '--faint');
  const axis = { stroke: faint, font: '11px system-ui, sans-serif', ticks: { show: false } };
  const threshold = (value: string) => ({ stroke: value, width: 1, dash: [5, 4], points: { show: false } });
  const accent = colour(element, '--accent');
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 16, 0, 0],
    scales: {
      x: { time: true, range: (_, __, newest) => [newest - historyMs / 1000, newest] },
      y: { range: (_, __, highest) => [0, Math.max(1, highest, thresholds.critical)] },
    },
    axes: [
      { ...axis, size: 24, space: 90, grid: { show: false }, values: '{HH}:{mm}' },
      {
        ...axis,
        size: 44,
        splits: () => [0, 0.25, 0.5, 0.75, 1],
        values: (_, splits) => splits.map((value) => `${Math.round(100 * value)} %`),
        grid: { stroke: colour(element, '--line'), width: 1 },
      },
    ],
    series: [
      {},
      { stroke: colour(element, '--muted'), width: 1.5, points: { show: false } },
      { stroke: accent, fill: `${accent}22`, width: 2, points: { show: false } },
      threshold(colour(element, '--amber')),
      threshold(colour(element, '--red')),
    ],
  };
}

export function makeHistoryChart(element: HTMLElement, thresholds: Thresholds): HistoryChart {
  const plot = new uPlot(options(element, thresholds), [[], [], [], [], []], element);
  const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
  resized.observe(element);
  return {
    show(timeMs, own, all) {
      const newest = timeMs.at(-1);
      if (newest === undefined) return;
      // The thresholds run over the whole width, also where there is no reading yet.
      const at = [(newest - historyMs) / 1000, ...timeMs.map((time) => time / 1000)];
      const level = (value: number) => at.map(() => value);
      plot.setData([at, [null, ...all], [null, ...own], level(thresholds.warning), level(thresholds.critical)]);
    },
    stop() {
      resized.disconnect();
      plot.destroy();
    },
  };
}
