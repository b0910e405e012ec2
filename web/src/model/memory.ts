// The arithmetic of the memory panel: who holds what of a domain, where the marks stand, what is said about it.

import { text } from '../text/en';
import { count, percent } from './format';
import type { Memory, MemoryDomain, MemoryHistory, Owner, Thresholds } from './wire';

export const historyMs = 600_000;

const words = text.memory;

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

// 1 GB is 2^30 bytes, as in the program's own lines.
export function bytes(value: number): string {
  let unit = 0;
  let number = Math.max(0, value);
  while (number >= 1023.5 && unit < units.length - 1) {
    number /= 1024;
    ++unit;
  }
  const digits = unit < 3 ? 0 : number < 99.95 ? 1 : 0;
  return `${number.toFixed(digits)} ${units[unit]}`;
}

export type Holder = Owner | 'other' | 'others' | 'free';

export interface Segment {
  readonly holder: Holder;
  readonly bytes: number;
  readonly from: number; // of the bar, 0 to 1
  readonly width: number;
}

const owners: readonly Owner[] = ['weights', 'scratch', 'images', 'embeddings', 'predictions'];

// Ours from the left, what the rest of the machine holds from the right, between them what is free. Reservations may be
// made before the memory is touched: then ours is what is reserved. The widths add up to 1.
export function segments(domain: MemoryDomain): readonly Segment[] {
  const parts: [Holder, number][] = owners.map((owner) => [owner, domain.by_owner[owner]]);
  parts.push(['other', domain.other]);
  const ours = parts.reduce((sum, [, held]) => sum + held, 0);
  const others = Math.max(0, domain.used - domain.own);
  const free = Math.max(0, domain.total - ours - others);
  parts.push(['free', free], ['others', others]);
  const whole = ours + free + others;
  let from = 0;
  return parts.map(([holder, held]) => {
    const width = whole === 0 ? 0 : held / whole;
    const segment = { holder, bytes: held, from, width };
    from += width;
    return segment;
  });
}

export interface Marks {
  readonly warning: number; // of the bar, 0 to 1
  readonly critical: number;
  readonly limit: number;
}

// Where our own use would enter a level, and where it must end.
export function marks(domain: MemoryDomain, thresholds: Thresholds): Marks | null {
  if (domain.total === 0) return null;
  const limit = Math.min(1, domain.limit / domain.total);
  return { warning: limit * thresholds.warning, critical: limit * thresholds.critical, limit };
}

// The domain to speak of first: the tightest of those at the worst level.
export function tightest(memory: Memory): MemoryDomain | undefined {
  const tightness = ({ utilization, pressure }: MemoryDomain) => Math.max(utilization, pressure);
  return memory.domains
    .filter(({ level }) => level === memory.level)
    .reduce<MemoryDomain | undefined>(
      (worst, domain) => (worst === undefined || tightness(domain) > tightness(worst) ? domain : worst),
      undefined,
    );
}

// What happens at this level and what helps, in a sentence; nothing at normal.
export function advice(memory: Memory): string | null {
  const domain = tightest(memory);
  if (memory.level === 'normal' || domain === undefined) return null;
  const name = domain.domain === 'host' ? words.ofHost : words.ofDevice(domain.name);
  const ours = domain.pressure >= Math.min(domain.utilization, memory.thresholds.warning);
  const fact = ours
    ? words.factOurs(bytes(domain.own), bytes(domain.limit))
    : words.factOthers(bytes(domain.used), bytes(domain.total), bytes(domain.own));
  const help = ours ? words.helpOurs : words.helpOthers;
  return memory.level === 'warning' ? words.tight(name, fact, help) : words.usedUp(name, fact, help);
}

const noLimit = 2 ** 50; // as the program writes it where none is known

// What is ours, of what we may have.
export function ownText(domain: MemoryDomain): string {
  if (domain.limit >= noLimit) return words.ownUnlimited(bytes(domain.own));
  return words.ownOf(bytes(domain.own), bytes(domain.limit), percent(domain.pressure));
}

// What everybody holds; of a domain that cannot be read the last numbers, if there are any.
export function usedText(domain: MemoryDomain): string {
  if (domain.total === 0) return words.noNumbers;
  const used = words.usedOf(bytes(domain.used), bytes(domain.total), percent(domain.utilization));
  return domain.readable ? used : words.lastKnown(used);
}

// The history with the newest reading, without what is older than ten minutes.
export function extended(history: MemoryHistory, memory: Memory): MemoryHistory {
  const last = history.time_ms.at(-1);
  if (last !== undefined && memory.time_ms <= last) return history;
  const time = [...history.time_ms, memory.time_ms];
  const first = time.findIndex((at) => at > memory.time_ms - historyMs);
  const grown = (list: readonly number[], value: number) => [...list, value].slice(first);
  return {
    interval_ms: history.interval_ms,
    time_ms: time.slice(first),
    domains: history.domains.map((old, i) => {
      const now = memory.domains[i];
      return {
        domain: old.domain,
        own: grown(old.own, now?.own ?? 0),
        limit: grown(old.limit, now?.limit ?? 0),
        utilization: grown(old.utilization, now?.utilization ?? 0),
        pressure: grown(old.pressure, now?.pressure ?? 0),
      };
    }),
  };
}

// What is kept on disk, which takes no memory; nothing where nothing is kept there.
export function diskText(memory: Memory): string | null {
  const disk = memory.caches.find(({ limit }) => limit !== undefined);
  if (disk === undefined) return null;
  const { entries, hits, dropped = 0, damaged = 0 } = disk;
  const most = bytes(disk.limit!);
  const parts = [entries === 0 ? words.diskEmpty(most) : words.disk(entries, bytes(disk.bytes), most)];
  if (hits > 0) parts.push(words.diskHits(count(hits)));
  if (dropped > 0) parts.push(words.diskDropped(count(dropped)));
  if (damaged > 0) parts.push(words.diskDamaged(count(damaged)));
  return parts.join('; ');
}

// What the button did.
export function freedText(done: boolean, freed: number): string {
  return !done || freed === 0 ? words.nothingFreed : words.freed(bytes(freed));
}
