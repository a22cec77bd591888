import { checkMembers, checkText, EXTERNAL_ID_MOST, mistaken, REASON_MOST } from "../../core/arguments.ts";
import type { Caller } from "../../core/caller.ts";
import { parseUserId, type UserId } from "../../core/ids.ts";
import type { Ban, IdentityKey } from "../../store/records.ts";
import { isRoleName, ROLES_MOST } from "../role-name.ts";

const CALLER_MOST = 128;
const CLIENT_ID_MOST = 128;

/**
 * A user: Hufu's id (`u_…`), or your own id of it, as text or as `{ externalId }`. The two cannot be mixed up, because no
 * external id looks like one of Hufu's.
 */
export type UserRef = string | { readonly externalId: string };

/** Who does it, for the audit log. Default: `system`. */
export interface By {
  readonly by?: string | undefined;
  readonly requestId?: string | undefined;
}

/** Who does it and why, for the audit log. */
export interface Because extends By {
  readonly reason: string;
}

/** A user by Hufu's id or by the back end's own. @throws TypeError for anything else */
export function checkUser(user: UserRef): { readonly own: UserId } | { readonly externalId: string } {
  if (typeof user === "string") {
    const own = parseUserId(user);
    return own === undefined ? { externalId: checkText("user", user, EXTERNAL_ID_MOST) } : { own };
  }
  if (typeof user !== "object" || user === null) {
    throw mistaken("user", "Hufu's id (u_…), your own id as text, or { externalId }", user);
  }
  const { externalId } = checkMembers("user", user, ["externalId"]);
  return { externalId: checkText("user.externalId", externalId, EXTERNAL_ID_MOST) };
}

/** The names, each once. @throws TypeError for anything but a list of at most 32 role names */
export function checkRoles(roles: unknown): readonly string[] {
  if (!Array.isArray(roles)) throw mistaken("roles", "a list of role names", roles);
  const distinct = [...new Set<unknown>(roles)];
  if (distinct.length > ROLES_MOST)
    throw new TypeError(`roles: expected at most ${ROLES_MOST} names, got ${distinct.length}`);
  return distinct.map((role, index) => {
    if (isRoleName(role)) return role;
    throw mistaken(`roles[${index}]`, "a name of 1–64 letters, digits and _ . : -", role);
  });
}

/** The version of a user that was read. @throws TypeError for anything but `{ ver }`, a whole number from 1 */
export function checkSeen(seen: unknown): number | undefined {
  if (seen === undefined) return undefined;
  const { ver } = checkMembers("seen", seen, ["ver"]);
  if (typeof ver === "number" && Number.isSafeInteger(ver) && ver >= 1) return ver;
  throw mistaken("seen.ver", "the user's ver, a whole number from 1", ver);
}

/** @throws TypeError that names the member of the ban which is missing or wrong */
export function checkBan(ban: { readonly reason: string; readonly until?: Date | undefined }, now: number): Ban {
  const { reason, until } = checkMembers("ban", ban, ["reason", "until"]);
  return { reason: checkReason("ban.reason", reason), until: until === undefined ? null : endOfBan(until, now) };
}

function endOfBan(until: unknown, now: number): number {
  // An invalid date would be kept as "for good".
  if (!(until instanceof Date) || Number.isNaN(until.getTime())) {
    throw mistaken("ban.until", "a valid Date (absent = for good)", until);
  }
  if (until.getTime() > now) return until.getTime();
  throw new TypeError(`ban.until: expected a Date in the future, got ${until.toISOString()}`);
}

function checkReason(name: string, reason: unknown): string {
  const text = checkText(name, reason, REASON_MOST);
  if (text.trim() === "") throw mistaken(name, "a reason for the audit log", reason);
  return text;
}

/** Who does it. @throws TypeError for anything but { by, requestId } of text, and a reason where one may be */
export function checkBy(by: By | Because | undefined, members: readonly string[] = ["by", "requestId"]): Caller {
  if (by === undefined) return { by: "system" };
  const { by: name, requestId, reason } = checkMembers("by", by, members);
  return {
    by: name === undefined ? "system" : checkText("by.by", name, CALLER_MOST),
    requestId: requestId === undefined ? undefined : checkText("by.requestId", requestId, CALLER_MOST),
    reason: reason === undefined ? undefined : checkReason("by.reason", reason),
  };
}

/** Who kicks, and perhaps why. */
export function checkByOrBecause(by: By | Because | undefined): Caller {
  return checkBy(by, ["by", "requestId", "reason"]);
}

/** Who does it and why. @throws TypeError without a reason */
export function checkBecause(because: Because): Caller & { readonly reason: string } {
  const { reason, ...by } = checkMembers("because", because, ["reason", "by", "requestId"]);
  return { ...checkBy(by), reason: checkReason("because.reason", reason) };
}

/** @throws TypeError for anything but text */
export function checkClientId(clientId: unknown): string {
  return checkText("clientId", clientId, CLIENT_ID_MOST);
}

/** @throws TypeError for anything but text */
export function checkKid(kid: unknown): string {
  return checkText("kid", kid, CLIENT_ID_MOST);
}

/** @throws TypeError for anything but { platform, app, openid } of text */
export function checkIdentity(identity: IdentityKey): IdentityKey {
  const { platform, app, openid } = checkMembers("identity", identity, ["platform", "app", "openid"]);
  return {
    platform: checkText("identity.platform", platform, CLIENT_ID_MOST),
    app: checkText("identity.app", app, CLIENT_ID_MOST),
    openid: checkText("identity.openid", openid, CLIENT_ID_MOST),
  };
}
