import { HufuClientError } from "../failure.ts";
import { bodyOf, headerOf, textOf } from "../runtime/platform-answer.ts";
import type { PlatformAnswer } from "../runtime/runtime.ts";
import { factsOf } from "../token-endpoint/token-verdict.ts";

/** What an answer of the business back end means for the call. */
export type GuardVerdict =
  /** The business has answered, whatever its status says. */
  | { readonly does: "give" }
  /** The guard wants another token: docs/protocol.md §5. */
  | { readonly does: "renew"; readonly error: HufuClientError }
  /** Not now; `untouched`: the handler never ran, so any method may be repeated. */
  | { readonly does: "wait"; readonly untouched: boolean; readonly error: HufuClientError }
  | { readonly does: "fail"; readonly error: HufuClientError };

const RENEW = /^token_(expired|stale|signature|revoked)$/;

/** Pure: an answer that arrived → what to do. A 401 is a guard's refusal only if it carries a reason of Hufu's. */
export function judgeAnswer(answer: PlatformAnswer): GuardVerdict {
  const { statusCode } = answer;
  if (statusCode < 400) return { does: "give" };
  const body = bodyOf(answer);
  const header = headerOf(answer.header, "hufu-reason");
  // Uploads have no headers on old platforms; there the body must look like a guard's.
  const own = textOf(body["request_id"]) === "" ? "" : textOf(body["reason"]);
  const reason = header || own;
  const facts = factsOf(answer, body);
  if (statusCode === 503 || statusCode === 429) {
    const error = new HufuClientError("busy", reason || "unavailable", facts);
    return { does: "wait", untouched: header !== undefined, error };
  }
  if (reason === "") return { does: "give" };
  const isRefusal = statusCode === 401 || statusCode === 403;
  if (!isRefusal && header === undefined) return { does: "give" };
  const renews = statusCode === 401 && RENEW.test(reason);
  const kind = statusCode === 403 ? "forbidden" : renews || reason === "token_missing" ? "signed-out" : "bug";
  return { does: renews ? "renew" : "fail", error: new HufuClientError(kind, reason, facts) };
}
