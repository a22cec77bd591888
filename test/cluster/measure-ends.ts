import { setTimeout as delay, setImmediate } from "node:timers/promises";
import { HufuError } from "../../server/src/core/errors/errors.ts";
import type { Verifier } from "../../server/src/verify/index.ts";
import type { Fleet } from "../faults/nodes.ts";
import type { Person } from "../faults/people.ts";

/** How one end went. */
export interface MeasuredEnd {
  readonly person: Person;
  readonly stage: string;
  /** Milliseconds from the answer until every verifier refused; `undefined` if one never did. */
  readonly ms: number | undefined;
}

const GIVE_UP_MS = 30_000;

/** Ends a session until somebody has answered that it is, and sees how long every verifier goes on letting it in. */
export async function measureEnd(
  fleet: Fleet,
  verifiers: readonly Verifier[],
  person: Person,
  stage: () => string,
): Promise<MeasuredEnd> {
  for (const verifier of verifiers) await verifier.checkToken(person.access);
  while ((await fleet.order("kick", person.sid)) !== "ok") await delay(50);
  const answered = performance.now();
  const during = stage();
  const refused = await Promise.all(verifiers.map((verifier) => untilRefused(verifier, person.access)));
  return {
    person,
    stage: during,
    ms: refused.every((at) => at !== undefined) ? Math.max(...refused) - answered : undefined,
  };
}

async function untilRefused(verifier: Verifier, token: string): Promise<number | undefined> {
  const until = performance.now() + GIVE_UP_MS;
  while (performance.now() < until) {
    try {
      await verifier.checkToken(token);
    } catch (error) {
      // 503 is a refusal as well: nobody was let in.
      if (error instanceof HufuError) return performance.now();
      throw error;
    }
    await setImmediate();
  }
  return undefined;
}

/** Of numbers in any order: the one below which `share` of them lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
