import type { RoleTable } from "./role-permissions.ts";

/** Most bytes of JSON for the permissions of one role. Readers of the feed take an entry of 128 KiB. */
const ROLE_BYTES_MOST = 16_384;
/** Most bytes of JSON for all roles. Verifiers read a table of 1 MiB. */
const TABLE_BYTES_MOST = 524_288;

/** @throws TypeError for a role, or a table of roles, that is larger than verifiers should have to read */
export function checkRoleSizes(roles: RoleTable): void {
  let table = 0;
  for (const [name, permissions] of roles) {
    const bytes = Buffer.byteLength(JSON.stringify(permissions));
    table += bytes + name.length;
    if (bytes <= ROLE_BYTES_MOST) continue;
    const sizes = `${bytes} bytes as JSON, and at most ${ROLE_BYTES_MOST} are allowed`;
    throw new TypeError(`roles.${name}: the permissions have ${sizes}; use wildcards, or two roles`);
  }
  if (table <= TABLE_BYTES_MOST) return;
  throw new TypeError(`roles: all roles have ${table} bytes as JSON, and at most ${TABLE_BYTES_MOST} are allowed`);
}
