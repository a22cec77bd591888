export const ROLE_NAME: RegExp = /^[\w.:-]{1,64}$/;

/** Most roles of one user (docs/protocol.md §4). */
export const ROLES_MOST = 32;

/** Is this a name that a role may have: 1–64 letters, digits and `_ . : -`? */
export function isRoleName(name: unknown): name is string {
  return typeof name === "string" && ROLE_NAME.test(name);
}
