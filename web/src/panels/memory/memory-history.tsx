// The last ten minutes of a domain; which one, where there are several. The chart's library is loaded when it is first shown.

import { useEffect, useRef, useState } from 'preact/hooks';
import { percent } from '../../model/format';
import type { Memory, MemoryHistory } from '../../model/wire';
import { text } from '../../text/en';
import { useValue } from '../context';
import type { HistoryChart } from './memory-chart';

interface ChartProps {
  readonly memory: Memory;
  readonly history: MemoryHistory;
  readonly domain: string;
}

function Chart({ memory, history, domain }: ChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<HistoryChart | null>(null);
  const theme = useValue((state) => state.theme);
  const lines = history.domains.find((each) => each.domain === domain);
  const draw = (on: HistoryChart | null) => {
    if (lines !== undefined) on?.show(history.time_ms, lines.pressure, lines.utilization);
  };
  const drawNewest = useRef(draw);
  drawNewest.current = draw;
  useEffect(() => {
    let stopped = false;
    let made: HistoryChart | null = null;
    void import('./memory-chart').then(({ makeHistoryChart }) => {
      if (stopped) return;
      made = makeHistoryChart(element.current!, memory.thresholds);
      drawNewest.current(made); // before the next paint: an empty chart has no times to show
      setChart(made);
    });
    return () => {
      stopped = true;
      made?.stop();
    };
  }, [theme]);
  useEffect(() => draw(chart), [chart, domain, history]);
  const now = memory.domains.find((each) => each.domain === domain);
  const spoken = text.memory.historySpoken(percent(now?.pressure ?? 0), percent(now?.utilization ?? 0));
  return <div class="memory-chart" ref={element} role="img" aria-label={spoken} data-testid="memory-chart" />;
}

interface Props {
  readonly memory: Memory;
  readonly history: MemoryHistory | null;
  readonly first: string; // the domain shown until another is chosen
}

export function MemoryHistoryChart({ memory, history, first }: Props) {
  const [chosen, choose] = useState(first);
  return (
    <section>
      <header class="chart-head">
        <h3>{text.memory.history}</h3>
        {memory.domains.length > 1 &&
          memory.domains.map(({ domain, name }) => (
            <button
              type="button"
              key={domain}
              class="button small"
              aria-pressed={domain === chosen}
              onClick={() => choose(domain)}
            >
              {name}
            </button>
          ))}
        <span class="grow" />
        <span class="key own">{text.memory.own}</span>
        <span class="key all">{text.memory.everybody}</span>
        <span class="key warning">{text.memory.warning(percent(memory.thresholds.warning))}</span>
        <span class="key critical">{text.memory.critical(percent(memory.thresholds.critical))}</span>
      </header>
      {history === null ? (
        <div class="memory-chart" />
      ) : (
        <Chart memory={memory} history={history} domain={chosen} />
      )}
    </section>
  );
}
