/** Time as a value. Instants inside Hufu are epoch milliseconds; tokens and JSON carry epoch seconds. */
export interface Clock {
  /** Epoch milliseconds of the wall clock. */
  now(): number;
  /** Milliseconds that never run backwards; only differences mean something. */
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
