import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../server/src/core/time/clock.ts";
import type { Environment } from "../../server/src/hufu/options/options.ts";

/** A clock that a test moves, and the waiting that goes by it. */
export interface TestClock extends Clock {
  /** Waits by this clock; a wait of a few milliseconds only lets others go first. */
  readonly pause: Environment["pause"];
  /** Time passes: anyone who waited for no longer than that goes on. */
  pass(ms: number): void;
  /** Somebody sets the wall clock; no time passes. */
  set(ms: number): void;
}

/** A compare-and-set that was lost waits for less than this. */
const JITTER_MS = 20;

interface Sleeper {
  readonly due: number;
  wake(): void;
}

export function createTestClock(start: number): TestClock {
  let wall = start;
  let steady = 0;
  const sleepers = new Set<Sleeper>();

  return Object.freeze({
    now: () => wall,
    monotonic: () => steady,
    async pause(ms: number, signal?: AbortSignal): Promise<void> {
      if (ms < JITTER_MS) {
        await setImmediate();
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const sleeper = {
          due: steady + ms,
          wake: () => {
            signal?.removeEventListener("abort", abort);
            resolve();
          },
        };
        const abort = (): void => {
          sleepers.delete(sleeper);
          reject(new Error("the wait was called off"));
        };
        if (signal?.aborted === true) return abort();
        signal?.addEventListener("abort", abort, { once: true });
        sleepers.add(sleeper);
      });
    },
    pass(ms: number): void {
      wall += ms;
      steady += ms;
      for (const sleeper of [...sleepers]) {
        if (sleeper.due > steady || !sleepers.delete(sleeper)) continue;
        sleeper.wake();
      }
    },
    set(ms: number): void {
      wall = ms;
    },
  });
}
