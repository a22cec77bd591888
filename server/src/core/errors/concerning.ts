import type { SessionId, UserId } from "../ids.ts";
import { HufuError } from "./errors.ts";

/** Whose the refused credential was. */
export interface Concerned {
  readonly userId?: UserId;
  readonly sid?: SessionId;
}

/** Beside the errors and not in them: it is for the operator, and must reach no answer and no log. */
const concerned = new WeakMap<HufuError, Concerned>();

/** Notes whom a refusal concerns, as far as no place nearer to it has; answers what was caught. */
export function concerning(caught: unknown, whom: Concerned): unknown {
  if (caught instanceof HufuError) concerned.set(caught, { ...whom, ...concerned.get(caught) });
  return caught;
}

export function concernedBy(refusal: HufuError): Concerned {
  return concerned.get(refusal) ?? {};
}
