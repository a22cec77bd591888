import type { Caller } from "../../core/caller.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { SessionContext } from "../context.ts";

/** Whom a reset concerns: all users, or all users of one `client_id`. */
export type ResetScope = { readonly all: true } | { readonly clientId: string };

/**
 * All users in the scope must sign in again: their access tokens are refused from now on, their refresh tokens answer
 * `session_expired`. One transaction for any number of sessions; answers the policy version of the reset.
 * @throws TypeError for a reason that is empty, or an unknown client id
 */
export async function revokeMany(
  { store, announce }: Pick<SessionContext, "store" | "announce">,
  scope: ResetScope,
  caller: Caller & { readonly reason: string },
): Promise<number> {
  if (caller.reason.trim() === "") throw new TypeError("reason: say why, for anyone who reads the audit log");
  if ("clientId" in scope && scope.clientId === "") throw new TypeError("revokeApp: the client id is empty");
  const target = "all" in scope ? "everybody" : scope.clientId;
  const { pol, entries } = await store.policy.edit(
    { kind: "reset", scope },
    { audit: [auditRecord(caller, { action: "sessions.reset", detail: { target } })] },
  );
  announce(entries);
  return pol;
}
