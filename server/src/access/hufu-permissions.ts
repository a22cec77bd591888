import { readPermission } from "./permission.ts";

const ADMINISTERED = ["users", "sessions", "roles", "keys", "apps", "audit"] as const;

/**
 * The permissions of Hufu's own endpoints (docs/protocol.md §1 and §9). They are granted by name or not at all: a wildcard
 * never covers them.
 */
export const HUFU_PERMISSIONS: readonly string[] = Object.freeze([
  "hufu.tokens:introspect",
  "hufu.revocations:read",
  "hufu.tickets:redeem",
  ...ADMINISTERED.flatMap((area) => [`hufu.${area}:read`, `hufu.${area}:write`]),
  "hufu.personal:read",
]);

/** Is this meant as one of Hufu's own permissions, although there is no permission of that name? */
export function isUnknownHufuPermission(text: string): boolean {
  const permission = readPermission(text);
  if (permission === undefined || !/^hufu(?![a-z0-9])/.test(permission.resource)) return false;
  return permission.reach === "own" || !HUFU_PERMISSIONS.includes(`${permission.resource}:${permission.action}`);
}

/** Does this permission administer, to see or change what is other people's? */
export function isAdministrative(permission: string): boolean {
  return ADMINISTERED.some((area) => permission.startsWith(`hufu.${area}:`)) || permission === "hufu.personal:read";
}
