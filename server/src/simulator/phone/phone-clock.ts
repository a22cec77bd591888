import { setTimeout } from "node:timers";
import { type Clock, systemClock } from "../../core/clock.ts";

/** A phone's clock: it may be wrong, may jump, and may run faster than the world. */
export interface PhoneClock {
  /** Epoch ms, as `Date.now()` on this phone. */
  now(): number;
  /** The phone's milliseconds since it was made; no jump changes them. */
  elapsed(): number;
  /** Sets the clock forward or back by so many ms, as a user or a network does. Timers do not notice. */
  jump(ms: number): void;
  /** How many ms of the phone pass in one of the world. */
  readonly speed: number;
  /** Runs after so many of the phone's milliseconds. Answers how to call it off. */
  after(ms: number, run: () => void): () => void;
}

export interface PhoneClockOptions {
  /** Ms by which it is wrong at first. Default 0. */
  readonly skew?: number;
  /** Default 1. */
  readonly speed?: number;
  readonly clock?: Clock;
}

/** Longest delay of a timer in Node. */
const LONGEST_MS = 2_147_483_647;

/** @throws TypeError for a speed that is not above zero */
export function createPhoneClock({ skew = 0, speed = 1, clock = systemClock }: PhoneClockOptions = {}): PhoneClock {
  if (!(speed > 0)) throw new TypeError("speed: a number above zero");
  const startedAt = clock.now();
  const startedMonotonic = clock.monotonic();
  let wrong = skew;
  const elapsed = (): number => (clock.monotonic() - startedMonotonic) * speed;
  return Object.freeze({
    speed,
    elapsed,
    now: () => Math.round(startedAt + wrong + elapsed()),
    jump(ms: number) {
      wrong += ms;
    },
    after(ms: number, run: () => void) {
      const timer = setTimeout(run, Math.min(Math.max(0, ms / speed), LONGEST_MS));
      // A phone keeps no test alive: whoever waits for something of it holds on to that.
      timer.unref();
      return () => clearTimeout(timer);
    },
  });
}
