import type { SessionContext } from "./context.ts";

/** An identity that points to another user than its own. */
export interface IdentityConflict {
  readonly userId: string;
  readonly app: string;
  /** Which of its ids belongs to another user; `null` = none. */
  readonly why: "union" | "external_id" | null;
  readonly requestId?: string | undefined;
}

const MESSAGES = {
  union:
    "a sign-in came with the unionid of another user, and the two were not joined; look for the two accounts in your back end",
  external_id:
    "resolveUser named the userId of another user, and the name was not taken over; resolveUser must answer one userId for one identity",
} as const;

/** The audit log has each of them; the log has a line a minute, so that somebody looks. */
export function noteConflict({ notices }: SessionContext, conflict: IdentityConflict): void {
  const { userId, app, why, requestId } = conflict;
  if (why === null) return;
  notices.warn("identity_conflict", { user: userId, app, why, request_id: requestId }, MESSAGES[why]);
}
