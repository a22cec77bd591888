import { clearTimeout, setTimeout } from "node:timers";
import { type Clock, systemClock } from "../clock.ts";

/** A phone's clock: it may be wrong, may jump, and may run faster than the environment. */
export interface PhoneClock {
  /** Epoch ms, as `Date.now()` on this phone. */
  now(): number;
  /** The phone's milliseconds since it was made; no jump changes them. */
  elapsed(): number;
  /** Sets the clock forward or back by so many ms, as a user or a network does. Timers do not notice. */
  jump(ms: number): void;
  /** How many ms of the phone pass in one of the environment. */
  readonly speed: number;
  /** Runs after so many of the phone's milliseconds. Answers how to call it off. */
  after(ms: number, run: () => void): () => void;
}

/** The clock, and an end to everything that waits on it. */
export interface OwnedClock extends PhoneClock {
  stop(): void;
}

export interface PhoneClockOptions {
  /** Ms by which it is wrong at first. Default 0. */
  readonly skew?: number;
  /** Default 1. */
  readonly speed?: number;
  /** The time that phone and server live in, its speed included. Default: this machine's, times `speed`. */
  readonly clock?: Clock | undefined;
}

/** Longest delay of a timer in Node. */
const LONGEST_MS = 2_147_483_647;

/** @throws TypeError for a speed that is not above zero */
export function createPhoneClock({ skew = 0, speed = 1, clock }: PhoneClockOptions = {}): OwnedClock {
  if (!(speed > 0)) throw new TypeError("speed: a number above zero");
  if (!Number.isFinite(skew)) throw new TypeError("clockSkew: milliseconds");
  const environment = clock ?? sped(systemClock, speed);
  const startedAt = environment.monotonic();
  const waiting = new Set<NodeJS.Timeout>();
  let wrong = skew;
  return Object.freeze({
    speed,
    elapsed: () => environment.monotonic() - startedAt,
    now: () => Math.round(environment.now() + wrong),
    jump(ms: number) {
      wrong += ms;
    },
    after(ms: number, run: () => void) {
      const due = systemClock.monotonic() + ms / speed;
      let timer: NodeJS.Timeout;
      const wait = (): void => {
        const left = Math.max(0, Math.ceil(due - systemClock.monotonic()));
        timer = setTimeout(onTime, Math.min(left, LONGEST_MS));
        waiting.add(timer);
      };
      const onTime = (): void => {
        waiting.delete(timer);
        // Node counts from the beginning of its turn, so a timer may run early by as long as the turn took.
        if (systemClock.monotonic() < due) wait();
        else run();
      };
      wait();
      return () => {
        waiting.delete(timer);
        clearTimeout(timer);
      };
    },
    stop() {
      for (const timer of waiting) clearTimeout(timer);
      waiting.clear();
    },
  });
}

function sped(clock: Clock, speed: number): Clock {
  const startedAt = clock.now();
  const begun = clock.monotonic();
  const monotonic = (): number => (clock.monotonic() - begun) * speed;
  return { monotonic, now: () => startedAt + monotonic() };
}
