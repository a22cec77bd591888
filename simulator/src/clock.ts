/** Time as a value, so that a test can move it. */
export interface Clock {
  /** Epoch milliseconds of the wall clock. */
  now(): number;
  /** Milliseconds that never run backwards; only differences have a meaning. */
  monotonic(): number;
}

/** The clock of this machine. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
});

/** Epoch milliseconds → whole epoch seconds, rounded down. */
export function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
