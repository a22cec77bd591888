import { HufuError } from "../../../core/errors/errors.ts";
import { UniqueViolation } from "../dialect.ts";

/** Primary result codes that say "this statement is wrong", not "the database cannot". @see https://sqlite.org/rescode.html */
const OURS = new Set([1, 18, 19, 20, 21, 25]);
const UNIQUE = new Set([1555, 2067]);
const UNIQUE_TEXT = /^UNIQUE constraint failed: (.+)$/;

function errorCode(error: Error): number | undefined {
  return "errcode" in error && typeof error.errcode === "number" ? error.errcode : undefined;
}

/** What SQLite threw, as the rest of the folder knows it. Mistakes in our own statements stay what they are. */
export function sqliteFault(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = errorCode(error);
  if (code === undefined) {
    // node:sqlite's own code for a closed connection.
    const closed = "code" in error && error.code === "ERR_INVALID_STATE";
    return closed ? new HufuError("store_unavailable", { retryAfter: 1, cause: error }) : error;
  }
  if (UNIQUE.has(code)) return new UniqueViolation(UNIQUE_TEXT.exec(error.message)?.[1] ?? error.message, error);
  // Extended codes keep the primary one in their low byte.
  if (OURS.has(code & 0xff)) return error;
  return new HufuError("store_unavailable", { retryAfter: 1, cause: error });
}

/** Runs a call to SQLite and translates its errors. */
export function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw sqliteFault(error);
  }
}
