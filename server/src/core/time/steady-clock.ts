import type { Clock } from "./clock.ts";

/** A clock whose time never runs back, also when the wall clock is set back. */
export interface SteadyClock extends Clock {
  /** Epoch ms of the wall clock at the start, carried on by the clock that cannot be set; `now()` is never behind it. */
  steady(): number;
}

/**
 * Makes a clock steady: after the start it follows the clock that cannot be set, and a forward step of the wall clock
 * counts only while it lasts. A clock that is steady already comes back as it is.
 *
 * What mints, what stores and what verifies in one process must share one of these, or a wall clock that is set back
 * makes every fresh token look old.
 */
export function createSteadyClock(clock: Clock | SteadyClock): SteadyClock {
  if ("steady" in clock) return clock;
  const startedAt = clock.now() - clock.monotonic();
  const steady = (): number => Math.round(startedAt + clock.monotonic());
  return Object.freeze({ now: () => Math.max(clock.now(), steady()), monotonic: clock.monotonic, steady });
}
