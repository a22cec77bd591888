import { HufuError } from "../core/errors/errors.ts";

/** Any failure of the store of used proofs is 503: a proof is never accepted unchecked. */
export async function askWindows<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (cause) {
    if (cause instanceof HufuError) throw cause;
    throw new HufuError("store_unavailable", { retryAfter: 1, detail: "the store of used proofs failed", cause });
  }
}
