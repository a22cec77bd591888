import type { Clock } from "./time/clock.ts";
import { within } from "./time/deadline.ts";

/** One look for all who wait for it, such as a request for keys. */
export interface SharedLookup {
  /**
   * Resolves when a look that began after this call has ended well; rejects as it failed, when it takes longer than
   * `mostWaitMs`, and at once while too many wait.
   */
  fresh(mostWaitMs: number): Promise<void>;
  /** Milliseconds since the last look began. */
  ageMs(): number;
}

export interface SharedLookupOptions {
  readonly look: () => Promise<void>;
  /** Who is asked, for the error of a wait that took too long. */
  readonly what: string;
  readonly clock: Clock;
  /** Resolves after so many milliseconds; what rejects is over. */
  readonly pause: (ms: number) => Promise<void>;
  /** Between two looks, from beginning to beginning. */
  readonly everyMs: number;
  readonly mostWaiting: number;
}

/**
 * What a look under way will find may be older than the question, so that each question waits for the next one: then "not
 * found" is an answer, and not a guess.
 */
export function createSharedLookup(options: SharedLookupOptions): SharedLookup {
  const { look, what, clock, pause, everyMs, mostWaiting } = options;
  let beganAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let waiting = 0;

  const ageMs = (): number => clock.monotonic() - beganAt;

  async function lookNext(): Promise<void> {
    await running?.catch(() => undefined);
    const early = everyMs - ageMs();
    if (early > 0) await pause(early).catch(() => undefined);
    next = undefined;
    beganAt = clock.monotonic();
    running = look().finally(() => {
      running = undefined;
    });
    return running;
  }

  return Object.freeze<SharedLookup>({
    async fresh(mostWaitMs) {
      if (waiting >= mostWaiting) throw new Error(`more than ${mostWaiting} wait for an answer already`);
      next ??= lookNext();
      waiting += 1;
      try {
        const shared = next;
        if (mostWaitMs === Number.POSITIVE_INFINITY) await shared;
        else await within({ ms: mostWaitMs, what }, () => shared);
      } finally {
        waiting -= 1;
      }
    },
    ageMs,
  });
}
