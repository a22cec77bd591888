import { HufuError } from "../core/errors/errors.ts";
import type { EndRule, EndWhy, Reason } from "../core/errors/reasons.ts";
import { toSeconds } from "../core/time/clock.ts";
import type { Ban, SessionFacts, SessionOutline } from "../store/records.ts";

/** What a refresh answers when the session has ended (docs/protocol.md §3.5, the second table). */
const REFRESH_REASON: Readonly<Record<EndWhy, Reason>> = {
  logged_out: "session_logged_out",
  replaced: "session_replaced",
  kicked: "session_kicked",
  banned: "session_expired",
  closed: "account_closed",
  reused: "refresh_token_reused",
  expired: "session_expired",
  reset: "session_expired",
};

/** The ban, if it is in force at that time. */
export function banInForce(ban: Ban | null, now: number): Ban | undefined {
  return ban !== null && (ban.until === null || ban.until > now) ? ban : undefined;
}

/** `account_banned` with the end of the ban, which is absent when it is for good. */
export function bannedError(ban: Ban): HufuError {
  return new HufuError("account_banned", ban.until === null ? {} : { bannedUntil: toSeconds(ban.until) });
}

/** What decides whether a session has ended. */
export interface LivenessFacts extends Pick<SessionFacts, "user" | "resetPol" | "now"> {
  readonly session: SessionOutline;
}

/** Why this session has ended, or `undefined` while it lives. The row's own clock counts: it never runs back. */
export function whyOver(facts: LivenessFacts): EndWhy | undefined {
  const { session } = facts;
  return session.status === "ended" ? (session.endWhy ?? "expired") : whyUnmarked(facts)?.why;
}

/** Why a session has ended of which no row says so yet, and by which rule; `undefined` while it lives. */
export function whyUnmarked(facts: LivenessFacts): { readonly why: EndWhy; readonly rule: EndRule } | undefined {
  const { session, user } = facts;
  const now = Math.max(facts.now, session.clock);
  if (user.status === "closed") return { why: "closed", rule: "close" };
  if (session.bornPol < facts.resetPol) return { why: "reset", rule: "reset" };
  // In the session's last second no token could live for a whole one.
  if (toSeconds(now) >= toSeconds(session.absoluteUntil)) return { why: "expired", rule: "absolute" };
  return now >= session.idleUntil ? { why: "expired", rule: "idle" } : undefined;
}

/** What a refresh of this session is refused with, or `undefined` while it lives. A ban in force is told first. */
export function refreshRefusal(facts: SessionFacts): HufuError | undefined {
  const why = whyOver(facts);
  const ban = banInForce(facts.user.ban, facts.now);
  if (ban !== undefined && (why === undefined || why === "banned")) return bannedError(ban);
  return why === undefined ? undefined : new HufuError(REFRESH_REASON[why]);
}

/**
 * What a guard or introspection that asks the database says of a token of this session, or `undefined` while it lives.
 * @param ver the token's own authorization version
 * @param pol the token's own policy version
 */
export function tokenRefusal(facts: SessionFacts, ver: number, pol: number): HufuError | undefined {
  if (banInForce(facts.user.ban, facts.now) !== undefined) return new HufuError("token_revoked", { why: "banned" });
  const why = whyOver(facts) ?? (pol < facts.resetPol ? "reset" : undefined);
  // No revocation: the session expired within the leeway of its last token.
  if (why === "expired") return new HufuError("token_expired");
  if (why !== undefined) return new HufuError("token_revoked", { why });
  return ver < facts.user.ver ? new HufuError("token_stale") : undefined;
}
