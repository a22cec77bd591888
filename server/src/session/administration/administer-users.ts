import type { Caller } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { UserId } from "../../core/ids.ts";
import type { AuditAction } from "../../store/audit-actions.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { Ban, Session, User } from "../../store/records.ts";
import type { Accompaniment } from "../../store/sessions.ts";
import type { UserEdit } from "../../store/users.ts";
import { banHashes } from "../ban-hashes.ts";
import type { AdministrationContext } from "../context.ts";
import { countEnds } from "../ending/count-ends.ts";
import { type EndCause, endDeliveries, endRecords } from "../ending/end-records.ts";
import { NO_LISTENERS, userClosedDeliveries } from "../hook-events.ts";
import { resetSessionKeys } from "../session-keys.ts";
import { unknownRole } from "../unknown-role.ts";

/** `not_found`, for a user that does not exist or whose account was closed. */
export function noSuchUser(): HufuError {
  return new HufuError("not_found", { detail: "there is no such user" });
}

/**
 * Gives a user exactly these roles; that user's tokens are stale from now on.
 * @param ver the user's version, which must still be this one; default: any version
 * @throws TypeError for a role that does not exist; HufuError `conflict` where the host owns roles, `precondition_failed`
 */
export async function setUserRoles(
  context: AdministrationContext,
  userId: UserId,
  roles: readonly string[],
  caller: Caller,
  ver?: number,
): Promise<User> {
  if (context.settings.rolesFrom === "host") throw new HufuError("conflict", { detail: "roles are owned by the host" });
  const unknown = await unknownRole(context.policy, roles);
  if (unknown !== undefined) throw new TypeError(`roles: ${unknown}`);
  return edit(context, userId, { kind: "roles", roles }, caller, "user.roles", ver);
}

/** Makes a user's tokens stale, so that the next refresh asks the host again where it owns roles. */
export function makeStale(context: AdministrationContext, userId: UserId, caller: Caller): Promise<User> {
  return edit(context, userId, { kind: "stale" }, caller, "user.stale");
}

/** Bans a user and ends every session; the platform is asked to forget its session_keys. */
export async function banUser(context: AdministrationContext, userId: UserId, ban: Ban, caller: Caller): Promise<User> {
  const user = await edit(context, userId, { kind: "ban", ban }, caller, "user.ban");
  context.inBackground("reset session_keys", () => resetSessionKeys(context, userId));
  return user;
}

export function unbanUser(context: AdministrationContext, userId: UserId, caller: Caller): Promise<User> {
  return edit(context, userId, { kind: "unban" }, caller, "user.unban");
}

/**
 * Closes an account (注销): identities released, sessions ended, personal data forgotten, the host told. A ban in force
 * outlives it: keyed hashes of identities and unionids stay as long as the ban.
 */
export function closeUser(context: AdministrationContext, userId: UserId, caller: Caller): Promise<User> {
  return edit(context, userId, { kind: "close", hashes: banHashes(context.secrets.newest) }, caller, "user.close");
}

async function edit(
  context: AdministrationContext,
  userId: UserId,
  change: UserEdit,
  caller: Caller,
  action: AuditAction,
  ver?: number,
): Promise<User> {
  const { settings } = context;
  const cause: EndCause = change.kind === "ban" ? { why: "banned", rule: "ban" } : { why: "closed", rule: "close" };
  const detail = auditDetail(change);
  let sessions = 0;
  const describe = (user: User, ended: readonly Session[]): Accompaniment => {
    sessions = ended.length;
    // What is described has been changed, and its version is one higher.
    if (ver !== undefined && user.ver !== ver + 1) throw new HufuError("precondition_failed");
    return {
      audit: [
        auditRecord(caller, { action, userId, detail }),
        ...ended.flatMap((session) => endRecords(session, cause, caller, NO_LISTENERS).audit ?? []),
      ],
      deliveries: [
        ...ended.flatMap((session) => endDeliveries(session, cause.why, settings)),
        ...(change.kind === "close" ? userClosedDeliveries(settings, { userId, externalId: user.externalId }) : []),
      ],
    };
  };
  const changed = await context.store.users.edit(userId, change, caller.by, describe);
  if (changed === undefined) {
    // A caller that did not hear the answer closes the account again.
    const closed = change.kind === "close" ? await context.store.users.find(userId) : undefined;
    if (closed === undefined) throw noSuchUser();
    return closed.user;
  }
  context.announce(changed.entries);
  countEnds(context.meter, sessions, cause);
  return changed.user;
}

function auditDetail(change: UserEdit): Record<string, string | number | null> | undefined {
  if (change.kind === "roles") return { roles: change.roles.join(" ") };
  if (change.kind === "ban") return { reason: change.ban.reason, until: change.ban.until };
  return undefined;
}
