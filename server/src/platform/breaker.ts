import { admit, type BreakerRules, type BreakerState, settle } from "../core/breaker-state.ts";
import { HufuError } from "../core/errors/errors.ts";
import type { Logger } from "../core/log/log.ts";
import type { Clock } from "../core/time/clock.ts";

/** Must be settled exactly once. */
export interface Passage {
  /** @param healthy `undefined` = the call says nothing about the platform */
  settle(healthy: boolean | undefined): void;
}

export interface Breaker {
  /** @throws HufuError `platform_unavailable` with the seconds until the next try */
  enter(key: string): Passage;
  /** The number of keys for which calls are refused now, except for a probe. */
  open(): number;
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

  function leave(key: string, as: "pass" | "probe", healthy: boolean | undefined): void {
    const before = states.get(key);
    const after = settle(before, as, healthy, clock.monotonic(), rules);
    if (after === undefined) states.delete(key);
    else states.set(key, after);
    if (after?.kind === "open" && healthy === false && before?.kind !== "open") {
      log.warn({ breaker: key, pauseMs: rules.pauseMs }, "the platform does not answer: calls pause");
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
    open: () => [...states.values()].filter(({ kind }) => kind !== "closed").length,
  });
}
