import type { Readiness } from "../../hufu/node/readiness.ts";
import type { JointState } from "./messages.ts";

/** What a worker says of itself, or that it says nothing. */
export type WorkerState = Readiness | "absent" | "silent";

/**
 * Fit only if every worker is.
 * @param states in the order of their numbers, from 1
 */
export function jointState(states: readonly WorkerState[]): JointState {
  const missing = states.flatMap((state, at) => {
    const why = whyNotReady(state);
    return why === undefined ? [] : [`worker ${at + 1} ${why}`];
  });
  return { ready: missing.length === 0, text: missing.length === 0 ? "ok" : missing.join("; ") };
}

function whyNotReady(state: WorkerState): string | undefined {
  if (state === "absent") return "is not there yet";
  if (state === "silent") return "does not answer";
  if (state.ready) return undefined;
  const checks = Object.entries(state.checks).filter(([, check]) => check !== "ok" && !check.startsWith("ok "));
  return `is not ready (${checks.map(([name, check]) => `${name}: ${check}`).join(", ")})`;
}
