import type { Clock } from "./clock.ts";

/**
 * A clock whose time never runs back, whatever is done to the wall clock: it goes on from the start by the clock that
 * cannot be set. A forward step of the wall clock counts only while it lasts.
 *
 * What mints, what stores and what verifies in one process must share one of these, or a wall clock that is set back
 * makes every fresh token look old.
 */
export function createSteadyClock(clock: Clock): Clock {
  const startedAt = clock.now() - clock.monotonic();
  return Object.freeze({
    now: () => Math.max(clock.now(), Math.round(startedAt + clock.monotonic())),
    monotonic: clock.monotonic,
  });
}
