import { HufuError } from "../../core/errors/errors.ts";
import type { UserId } from "../../core/ids.ts";
import type { Session, StoredAuditRecord } from "../../store/records.ts";
import type { UserWithIdentities } from "../../store/users.ts";
import type { SessionContext } from "../context.ts";
import { openPhone } from "../phone-at-rest.ts";

/** Everything that is stored about a user and may be shown: no hash, no key, no session_key. */
export interface AccountExport extends UserWithIdentities {
  /** E.164. */
  readonly phone: string | null;
  /** Newest first; ended ones too, as long as they are kept. */
  readonly sessions: readonly Session[];
  /** Newest first. */
  readonly audit: readonly StoredAuditRecord[];
  /** Are there older audit records that this does not show? */
  readonly hasMoreAudit: boolean;
}

/** Audit records in one export. A user who signs in ten times a day has 1,800 in half a year. */
const AUDIT_MOST = 5000;

/** @throws HufuError `token_revoked` if the account was closed meanwhile */
export async function exportAccount(context: SessionContext, userId: UserId): Promise<AccountExport> {
  const { users, sessions, audit } = context.store;
  const [found, phone, all, records] = await Promise.all([
    users.find(userId),
    openPhone(context, userId),
    sessions.listOfUser(userId, { ended: true }),
    audit.list({ userId, limit: AUDIT_MOST + 1 }),
  ]);
  if (found === undefined || found.user.status === "closed") throw new HufuError("token_revoked", { why: "closed" });
  return {
    ...found,
    phone,
    sessions: all,
    audit: records.slice(0, AUDIT_MOST),
    hasMoreAudit: records.length > AUDIT_MOST,
  };
}
