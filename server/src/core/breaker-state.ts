/** Where a breaker stands. What is healthy needs no state at all. */
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

/** What a call that asks to pass is told. */
export type Admission = "pass" | "probe" | { readonly waitMs: number };

/** May a call pass? Exactly one may, as a probe, once the pause is over. */
export function admit(state: BreakerState | undefined, now: number): Admission {
  if (state === undefined || state.kind === "closed") return "pass";
  if (state.kind === "probing") return { waitMs: 0 };
  return now >= state.until ? "probe" : { waitMs: state.until - now };
}

/**
 * The state after a call has ended. While it is open, only the probe decides: a call that began before it opened says
 * nothing about now.
 * @param healthy `undefined` = the call says nothing about the other side: it leaves the count as it is, and a probe
 * leaves the next try to the next call
 */
export function settle(
  state: BreakerState | undefined,
  as: "pass" | "probe",
  healthy: boolean | undefined,
  now: number,
  rules: BreakerRules,
): BreakerState | undefined {
  if (as === "pass" && state !== undefined && state.kind !== "closed") return state;
  if (healthy === undefined) return as === "probe" ? { kind: "open", until: now } : state;
  if (healthy) return undefined;
  const failures = (state?.kind === "closed" ? state.failures : 0) + 1;
  if (as === "probe" || failures >= rules.failures) return { kind: "open", until: now + rules.pauseMs };
  return { kind: "closed", failures };
}
