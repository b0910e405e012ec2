// Keys that an action of the original tool took after its own: pressed from habit, they must not do what they do alone.

const swallowMs = 1500;

export interface Swallowed {
  begin(keys: readonly string[]): void;
  takes(key: string): boolean; // any next key ends the wait
}

export function makeSwallowed(now: () => number): Swallowed {
  let keys: readonly string[] = [];
  let until = 0;
  return {
    begin(next) {
      keys = next;
      until = now() + swallowMs;
    },
    takes(key) {
      const taken = now() < until && keys.includes(key);
      keys = [];
      return taken;
    },
  };
}
