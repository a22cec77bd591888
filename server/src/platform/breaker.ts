import type { Clock } from "../core/clock.ts";
import { HufuError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";

/** Where a breaker stands for one key. `healthy` keys have no state at all. */
export type BreakerState =
  | { readonly kind: "closed"; readonly failures: number }
  | { readonly kind: "open"; readonly until: number }
  | { readonly kind: "probing" };

export interface BreakerRules {
  /** So many failures in a row open it. */
  readonly failures: number;
  /** So long it stays open before one try, in milliseconds. */
  readonly pauseMs: number;
}

/** What a sign-in that asks to pass is told. */
export type Admission = "pass" | "probe" | { readonly waitMs: number };

/** May a sign-in pass? Exactly one may, as a probe, once the pause is over. */
function admit(state: BreakerState | undefined, now: number): Admission {
  if (state === undefined || state.kind === "closed") return "pass";
  if (state.kind === "probing") return { waitMs: 0 };
  return now >= state.until ? "probe" : { waitMs: state.until - now };
}

/**
 * The state after a sign-in has ended. While it is open, only the probe decides:
 * whoever set out before it opened says nothing about now.
 */
function settle(
  state: BreakerState | undefined,
  as: "pass" | "probe",
  healthy: boolean,
  now: number,
  rules: BreakerRules,
): BreakerState | undefined {
  if (as === "pass" && state !== undefined && state.kind !== "closed") return state;
  if (healthy) return undefined;
  const failures = (state?.kind === "closed" ? state.failures : 0) + 1;
  if (as === "probe" || failures >= rules.failures) return { kind: "open", until: now + rules.pauseMs };
  return { kind: "closed", failures };
}

/** To be settled exactly once, whatever happens. */
export interface Passage {
  settle(healthy: boolean): void;
}

export interface Breaker {
  /** @throws HufuError `platform_unavailable` with the seconds until the next try */
  enter(key: string): Passage;
}

export interface BreakerOptions extends Partial<BreakerRules> {
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Spares a platform that does not answer, and users the wait: five failures in a row open it (default),
 * and ten seconds later one sign-in may try. Keys are independent; healthy ones take no memory.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  const { clock, log } = options;
  const rules: BreakerRules = { failures: options.failures ?? 5, pauseMs: options.pauseMs ?? 10_000 };
  const states = new Map<string, BreakerState>();

  function leave(key: string, as: "pass" | "probe", healthy: boolean): void {
    const before = states.get(key);
    const after = settle(before, as, healthy, clock.monotonic(), rules);
    if (after === undefined) states.delete(key);
    else states.set(key, after);
    if (after?.kind === "open" && before?.kind !== "open") {
      log.warn({ breaker: key, pauseMs: rules.pauseMs }, "the platform does not answer: sign-ins pause");
    } else if (as === "probe" && after === undefined) {
      log.info({ breaker: key }, "the platform answers again");
    }
  }

  return Object.freeze({
    enter(key: string): Passage {
      const admission = admit(states.get(key), clock.monotonic());
      if (typeof admission === "object") {
        const retryAfter = Math.max(1, Math.ceil(admission.waitMs / 1000));
        throw new HufuError("platform_unavailable", { retryAfter, detail: `the breaker of ${key} is open` });
      }
      if (admission === "probe") states.set(key, { kind: "probing" });
      return { settle: (healthy) => leave(key, admission, healthy) };
    },
  });
}
