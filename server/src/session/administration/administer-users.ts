import type { Caller } from "../../core/caller.ts";
import { HufuError } from "../../core/errors.ts";
import type { UserId } from "../../core/ids.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { Ban, Session, User } from "../../store/records.ts";
import type { UserEdit } from "../../store/users.ts";
import type { SessionContext } from "../context.ts";
import { endDeliveries } from "../ending/end-records.ts";
import { banInForce } from "../liveness.ts";
import { isRoleName, ROLES_MOST } from "../role-name.ts";
import { resetSessionKeys } from "../session-keys.ts";

/**
 * Gives a user exactly these roles; that user's tokens are stale from now on. `undefined` if there is no such user.
 * @throws TypeError for roles that cannot be; HufuError `conflict` where the host owns them
 */
export async function setUserRoles(
  context: SessionContext,
  userId: UserId,
  roles: readonly string[],
  caller: Caller,
): Promise<User | undefined> {
  if (context.settings.rolesFrom === "host") throw new HufuError("conflict", { detail: "roles are owned by the host" });
  const distinct = [...new Set(roles)];
  if (distinct.length > ROLES_MOST || !distinct.every(isRoleName)) {
    throw new TypeError(`roles: at most ${ROLES_MOST} names of 1–64 letters, digits and _ . : -`);
  }
  return edit(context, userId, { kind: "roles", roles: distinct }, caller, "user.roles");
}

/** Makes a user's tokens stale, so that the next refresh asks the host again where it owns roles. */
export function makeStale(context: SessionContext, userId: UserId, caller: Caller): Promise<User | undefined> {
  return edit(context, userId, { kind: "stale" }, caller, "user.stale");
}

/** Bans a user and ends every session; the platform is asked to forget its session_keys. */
export async function banUser(
  context: SessionContext,
  userId: UserId,
  ban: Ban,
  caller: Caller,
): Promise<User | undefined> {
  const user = await edit(context, userId, { kind: "ban", ban }, caller, "user.ban");
  if (user !== undefined) context.inBackground("reset session_keys", () => resetSessionKeys(context, userId));
  return user;
}

export function unbanUser(context: SessionContext, userId: UserId, caller: Caller): Promise<User | undefined> {
  return edit(context, userId, { kind: "unban" }, caller, "user.unban");
}

/**
 * Closes an account (注销): identities released, sessions ended, personal data forgotten, the host told.
 * @throws HufuError `conflict` while a ban is in force: released identities would come back without it
 */
export async function closeUser(context: SessionContext, userId: UserId, caller: Caller): Promise<User | undefined> {
  const found = await context.store.users.find(userId);
  if (found !== undefined && banInForce(found.user.ban, context.clock.now()) !== undefined) {
    throw new HufuError("conflict", { detail: "a banned account cannot be closed; lift the ban first" });
  }
  return edit(context, userId, { kind: "close" }, caller, "user.close");
}

async function edit(
  context: SessionContext,
  userId: UserId,
  change: UserEdit,
  caller: Caller,
  action: string,
): Promise<User | undefined> {
  const { hooks } = context.settings;
  const why = change.kind === "ban" ? "banned" : "closed";
  const detail = auditDetail(change);
  const describe = (user: User, ended: readonly Session[]) => ({
    audit: [
      auditRecord(caller, { action, userId, detail }),
      ...ended.map(({ id: sid, app }) => auditRecord(caller, { action: "session.end", userId, sid, app, why })),
    ],
    deliveries: [
      ...ended.flatMap((session) => endDeliveries(session, why, hooks)),
      ...(change.kind === "close" && hooks.onUserClosed !== undefined
        ? [{ event: "user-closed" as const, payload: { userId, externalId: user.externalId } }]
        : []),
    ],
  });
  const changed = await context.store.users.edit(userId, change, caller.by, describe);
  if (changed === undefined) return undefined;
  context.announce(changed.entries);
  return changed.user;
}

function auditDetail(change: UserEdit): Record<string, string | number | null> | undefined {
  if (change.kind === "roles") return { roles: change.roles.join(" ") };
  if (change.kind === "ban") return { reason: change.ban.reason, until: change.ban.until };
  return undefined;
}
