// One domain: a stacked bar of who holds it, with the limit and both thresholds, and the numbers below.

import { bytes, marks, ownText, segments, usedText, type Holder, type Segment } from '../../model/memory';
import { percent } from '../../model/format';
import type { MemoryDomain, Thresholds } from '../../model/wire';
import { text } from '../../text/en';

const holders: Readonly<Record<Holder, readonly string[]>> = text.memory.holders;

function Mark({ at, kind, title }: { at: number; kind: string; title: string }) {
  return <span class={`limit-mark ${kind}`} style={{ left: `${(100 * at).toFixed(2)}%` }} title={title} />;
}

function Part({ segment }: { segment: Segment }) {
  const [name] = holders[segment.holder];
  return (
    <span
      class={`part ${segment.holder}`}
      style={{ width: `${(100 * segment.width).toFixed(3)}%` }}
      title={`${name}: ${bytes(segment.bytes)}`}
    />
  );
}

function Legend({ parts }: { parts: readonly Segment[] }) {
  return (
    <ul class="legend">
      {parts.map(({ holder, bytes: held }) => (
        <li key={holder} class={held === 0 ? 'none' : ''} title={holders[holder][1]}>
          <span class={`swatch part ${holder}`} />
          <span>{holders[holder][0]}</span>
          <span class="tabular muted">{bytes(held)}</span>
        </li>
      ))}
    </ul>
  );
}

export function MemoryBar({ domain, thresholds }: { domain: MemoryDomain; thresholds: Thresholds }) {
  const parts = segments(domain);
  const at = marks(domain, thresholds);
  const limit = ownText(domain);
  const whole = usedText(domain);
  return (
    <section class={`memory-domain ${domain.level}`} aria-label={text.memory.domain(domain.name, text.memory.levels[domain.level])}>
      <header>
        <h3>{domain.name}</h3>
        <span class={`level ${domain.level}`}>{text.memory.levels[domain.level]}</span>
        <span class="tabular">{limit}</span>
        <span class="grow" />
        <span class="tabular muted">{whole}</span>
      </header>
      <div class="stack" role="img" aria-label={`${limit}; ${whole}`}>
        <span class="parts">
          {parts.map((segment) => (
            <Part key={segment.holder} segment={segment} />
          ))}
        </span>
        {at !== null && (
          <>
            <Mark at={at.warning} kind="warning" title={text.memory.warningAt(percent(thresholds.warning))} />
            <Mark at={at.critical} kind="critical" title={text.memory.criticalAt(percent(thresholds.critical))} />
            <Mark at={at.limit} kind="limit" title={text.memory.limitAt(bytes(domain.limit))} />
          </>
        )}
      </div>
      <Legend parts={parts} />
    </section>
  );
}
