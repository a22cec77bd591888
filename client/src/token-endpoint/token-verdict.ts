import { type FailureFacts, type FailureKind, HufuClientError } from "../failure.ts";
import { bodyOf, headerOf, textOf } from "../runtime/platform-answer.ts";
import type { PlatformAnswer } from "../runtime/runtime.ts";

/** The members of docs/protocol.md §3.4 that the client needs. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in: number;
  /** Absent in single-token mode. */
  readonly refresh_token?: string;
  readonly user?: { readonly id: string; readonly external_id: string | null; readonly roles: readonly string[] };
}

/** What an answer of the token endpoint asks of the client: docs/protocol.md §3.5, "what the client does". */
export type TokenVerdict =
  | { readonly does: "take"; readonly answer: TokenAnswer }
  /** Nothing was decided: send the same request again, after `error.retryAfter` if the server set it. */
  | { readonly does: "repeat"; readonly error: HufuClientError }
  /** The login code is of no use: get a new one, once. */
  | { readonly does: "new-code"; readonly error: HufuClientError }
  /** Another runtime on the same storage has refreshed already. */
  | { readonly does: "superseded" }
  /** This session is over, and a silent sign-in may make another. */
  | { readonly does: "sign-in"; readonly why: string }
  /** This session is over, and only the user may make another. */
  | { readonly does: "stay-out"; readonly why: string }
  | { readonly does: "fail"; readonly error: HufuClientError };

const NEW_CODE = /^login_code_(invalid|used)$/;
const SIGN_IN = /^(refresh_token_(invalid|reused)|session_expired)$/;
const STAY_OUT = /^(session_(kicked|replaced|logged_out)|account_closed)$/;
const BANNED = /^(account_banned|platform_blocked)$/;
const FORBIDDEN = /^(sign_in_denied|too_many_sessions)$/;

/** Pure: one answer that arrived → what to do. */
export function judgeTokenAnswer(answer: PlatformAnswer): TokenVerdict {
  const { statusCode } = answer;
  const body = bodyOf(answer);
  const reason = textOf(body["reason"]);
  const facts = factsOf(answer, body);
  if (statusCode === 200) {
    if (isTokenAnswer(body)) return { does: "take", answer: body };
    // A captive portal's page or a truncated answer: the server has decided nothing.
    return repeat("offline", "answer_unreadable");
  }
  if (statusCode === 429 || statusCode >= 500) {
    // Asking again does not cure a wrong configuration.
    if (reason === "platform_misconfigured") return fail("bug");
    return repeat("busy", reason || "unavailable");
  }
  if (reason === "refresh_token_superseded") return { does: "superseded" };
  if (NEW_CODE.test(reason)) return { does: "new-code", error: failure("bug", reason) };
  if (SIGN_IN.test(reason)) return { does: "sign-in", why: reason };
  if (STAY_OUT.test(reason)) return { does: "stay-out", why: reason };
  return fail(BANNED.test(reason) ? "banned" : FORBIDDEN.test(reason) ? "forbidden" : "bug");

  function failure(kind: FailureKind, word: string): HufuClientError {
    return new HufuClientError(kind, word, facts);
  }
  function fail(kind: FailureKind): TokenVerdict {
    return { does: "fail", error: failure(kind, reason || "answer_unexpected") };
  }
  function repeat(kind: FailureKind, word: string): TokenVerdict {
    return { does: "repeat", error: failure(kind, word) };
  }
}

/** The parts of an answer that help to explain a failure. */
export function factsOf(answer: PlatformAnswer, body: Readonly<Record<string, unknown>>): FailureFacts {
  const retryAfter = Number(headerOf(answer.header, "retry-after"));
  const bannedUntil = body["banned_until"];
  const facts: Record<string, unknown> = {
    statusCode: answer.statusCode,
    requestId: textOf(body["request_id"]) || headerOf(answer.header, "x-request-id"),
    message: textOf(body["error_description"]) || undefined,
  };
  if (retryAfter > 0) facts["retryAfter"] = retryAfter;
  if (typeof bannedUntil === "number") facts["bannedUntil"] = bannedUntil;
  return facts;
}

function isTokenAnswer(body: object): body is TokenAnswer {
  const answer = body as Partial<TokenAnswer> & { readonly token_type?: unknown };
  const { access_token: access, refresh_token: refresh, expires_in: seconds, user } = answer;
  return (
    typeof access === "string" &&
    access !== "" &&
    answer.token_type === "Bearer" &&
    typeof seconds === "number" &&
    seconds > 0 &&
    (refresh === undefined || (typeof refresh === "string" && refresh !== "")) &&
    (user === undefined || (typeof user === "object" && user !== null && typeof user.id === "string"))
  );
}
