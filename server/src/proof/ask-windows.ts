import { HufuError } from "../core/errors/errors.ts";

/** What a store of used proofs cannot say is 503, whatever it failed with: a proof is never let through unseen. */
export async function askWindows<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (cause) {
    if (cause instanceof HufuError) throw cause;
    throw new HufuError("store_unavailable", { retryAfter: 1, detail: "the store of used proofs failed", cause });
  }
}
