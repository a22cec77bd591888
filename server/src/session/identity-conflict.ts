import type { Caller } from "../core/caller.ts";
import type { SessionId, UserId } from "../core/ids.ts";
import { auditRecord } from "../store/audit-record.ts";
import type { AuditRecord } from "../store/records.ts";
import type { SignInFacts } from "../store/sessions.ts";
import type { SessionContext } from "./context.ts";

/** An identity that points to another user than its own. `hufu users link` and `hufu users move` settle it. */
export interface IdentityConflict {
  readonly userId: UserId;
  readonly app: string;
  /** Which of its ids belongs to another user. */
  readonly why: NonNullable<SignInFacts["conflict"]>;
  /** The user whose id it is; `null` if it belongs to no user here. */
  readonly otherUser: UserId | null;
}

const MESSAGES = {
  union:
    "a sign-in came with the unionid of another user, and the two were not joined; look for the two accounts in your back end, then run hufu users link",
  external_id:
    "resolveUser named the userId of another user, and the name was not taken over; resolveUser must answer one userId for one identity: if the two are one person, run hufu users link",
} as const;

/** The audit log has each conflict; the log has at most a line a minute, so that an operator looks. */
export function noteConflict({ notices }: SessionContext, conflict: IdentityConflict, requestId?: string): void {
  const { userId: user, app, why, otherUser: other } = conflict;
  notices.warn("identity_conflict", { user, other, app, why, request_id: requestId }, MESSAGES[why]);
}

/** @param facts `externalId`: the id that the back end named */
export function conflictRecord(
  caller: Caller,
  facts: IdentityConflict & { readonly sid: SessionId; readonly externalId: string | null },
): AuditRecord {
  const { userId, sid, app, why, otherUser, externalId } = facts;
  return auditRecord(caller, {
    action: "identity.conflict",
    userId,
    sid,
    app,
    why,
    detail: { other_user: otherUser },
    personal: externalId === null || why === "union" ? undefined : { external_id: externalId },
  });
}
