import type { Caller } from "../../core/caller.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { Recovery, Store } from "../../store/store.ts";

/**
 * Makes a database whole that was restored from a backup. What the backup does not know has to be as if it had never been:
 * verifiers forget what they have read and read anew, and (unless sessions are kept) everybody signs in again, so that
 * nothing that was revoked after the backup revives.
 */
export function recover(store: Pick<Store, "recover">, keepSessions: boolean, caller: Caller): Promise<Recovery> {
  return store.recover(
    { keepSessions },
    { audit: [auditRecord(caller, { action: "recover", detail: { keep_sessions: keepSessions } })] },
  );
}
