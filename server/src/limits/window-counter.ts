import { createGenerationMap } from "../core/generation-map.ts";
import type { Clock } from "../core/time/clock.ts";

/** A count within its window. */
export interface Counted {
  readonly count: number;
  /** Milliseconds until the count begins anew. */
  readonly endsInMs: number;
}

/** Counts events by key in the memory of this process. */
export interface WindowCounter {
  add(key: string, windowMs: number): Counted;
  /** The count as it is, with nothing added. */
  peek(key: string): number;
}

interface Window {
  count: number;
  readonly until: number;
}

/** Bounded: when full, the keys that were not used for longest are forgotten. */
export function createWindowCounter(clock: Pick<Clock, "monotonic">, mostKeys = 100_000): WindowCounter {
  const windows = createGenerationMap<string, Window>(mostKeys);

  function live(key: string, now: number): Window | undefined {
    const window = windows.get(key);
    return window !== undefined && window.until > now ? window : undefined;
  }

  return Object.freeze({
    add(key: string, windowMs: number): Counted {
      const now = clock.monotonic();
      const window = live(key, now) ?? { count: 0, until: now + windowMs };
      window.count += 1;
      if (window.count === 1) windows.set(key, window);
      return { count: window.count, endsInMs: window.until - now };
    },
    peek: (key: string) => live(key, clock.monotonic())?.count ?? 0,
  });
}
