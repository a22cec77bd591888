import { type FailureFacts, type FailureKind, HufuClientError } from "./failure.ts";
import type { PlatformAnswer } from "./runtime.ts";

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
  /** Nothing was decided: the same question again, after so many seconds if the server said so. */
  | { readonly does: "repeat"; readonly error: HufuClientError }
  /** The login code is spent: a new one, once. */
  | { readonly does: "new-code"; readonly error: HufuClientError }
  /** Somebody with the same storage is ahead. */
  | { readonly does: "superseded" }
  /** This session is over, and a silent sign-in may make another. */
  | { readonly does: "sign-in"; readonly why: string }
  /** This session is over, and only the user may make another. */
  | { readonly does: "stay-out"; readonly why: string }
  | { readonly does: "fail"; readonly error: HufuClientError };

const NEW_CODE = ["login_code_invalid", "login_code_used"];
const SIGN_IN = ["refresh_token_invalid", "refresh_token_reused", "session_expired"];
const STAY_OUT = ["session_kicked", "session_replaced", "session_logged_out", "account_closed"];
const BANNED = ["account_banned", "platform_blocked"];
const FORBIDDEN = ["sign_in_denied", "too_many_sessions"];

/** Pure: one answer that arrived → what to do. */
export function judgeTokenAnswer(answer: PlatformAnswer): TokenVerdict {
  const { statusCode } = answer;
  const body = bodyOf(answer);
  const reason = textOf(body["reason"]);
  const facts = factsOf(answer, body);
  if (statusCode === 200) {
    if (isTokenAnswer(body)) return { does: "take", answer: body };
    // A login page of a hotel, half an answer, a proxy's apology: whatever it is, the server has decided nothing in it.
    return repeat("offline", "answer_unreadable");
  }
  if (statusCode === 429 || statusCode >= 500) {
    // A server that is misconfigured stays so however often it is asked.
    if (reason === "platform_misconfigured") return fail("bug");
    return repeat("busy", reason || "unavailable");
  }
  if (reason === "refresh_token_superseded") return { does: "superseded" };
  if (has(NEW_CODE, reason)) return { does: "new-code", error: failure("bug", reason) };
  if (has(SIGN_IN, reason)) return { does: "sign-in", why: reason };
  if (has(STAY_OUT, reason)) return { does: "stay-out", why: reason };
  return fail(has(BANNED, reason) ? "banned" : has(FORBIDDEN, reason) ? "forbidden" : "bug");

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

/** The JSON body as an object; platforms leave what is no JSON as text, and uploads always. */
export function bodyOf({ data }: PlatformAnswer): Readonly<Record<string, unknown>> {
  let value = data;
  if (typeof data === "string" && data.charAt(0) === "{") {
    try {
      value = JSON.parse(data);
    } catch (_) {
      // Half an object is none.
    }
  }
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** What of an answer helps whoever has to explain it. */
export function factsOf(answer: PlatformAnswer, body: Readonly<Record<string, unknown>>): FailureFacts {
  const retryAfter = Number(headerOf(answer, "retry-after"));
  const bannedUntil = body["banned_until"];
  const facts: Record<string, unknown> = {
    statusCode: answer.statusCode,
    requestId: textOf(body["request_id"]) || headerOf(answer, "x-request-id"),
    message: textOf(body["error_description"]) || undefined,
  };
  if (retryAfter > 0) facts["retryAfter"] = retryAfter;
  if (typeof bannedUntil === "number") facts["bannedUntil"] = bannedUntil;
  return facts;
}

/** Platforms and HTTP versions spell header names differently. */
export function headerOf({ header = {} }: PlatformAnswer, name: string): string | undefined {
  for (const spelled of Object.keys(header)) if (spelled.toLowerCase() === name) return header[spelled];
  return undefined;
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function has(list: readonly string[], word: string): boolean {
  return list.indexOf(word) !== -1;
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
