import { HufuError } from "../../server/src/core/errors/errors.ts";
import type { Hufu } from "../../server/src/hufu/hufu.ts";

/** `ok`, or the reason of the refusal with its `why`. What is not a refusal is thrown on. */
export async function verdictOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return "ok";
  } catch (error) {
    if (!(error instanceof HufuError)) throw error;
    return error.why === undefined ? error.reason : `${error.reason} ${error.why}`;
  }
}

/** What a guard says of an access token. */
export function guardSays(hufu: Pick<Hufu, "verifier">, access: string): Promise<string> {
  return verdictOf(() => hufu.verifier.check(`Bearer ${access}`));
}

/** What is there, or the test has gone wrong. */
export function present<Value>(value: Value | undefined | null): Value {
  if (value === undefined || value === null) throw new TypeError("the test expected something here");
  return value;
}
