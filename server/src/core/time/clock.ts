import { mistaken } from "../arguments.ts";

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

/** @throws TypeError that names what is missing, if `clock` has not both methods */
export function checkClock(clock: Clock): Clock {
  const given: Partial<Clock> | null | undefined = clock;
  if (typeof given?.now === "function" && typeof given.monotonic === "function") return clock;
  throw mistaken("clock", "an object with the methods now and monotonic, in milliseconds", clock);
}
