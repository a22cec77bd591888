import type { User } from "../../../records.ts";
import type { UserRow } from "../../schema.ts";

export function userFromRow(row: UserRow): User {
  return {
    id: row.id,
    externalId: row.external_id,
    status: row.status,
    ver: row.ver,
    resolvedVer: row.resolved_ver,
    roles: JSON.parse(row.roles),
    claims: row.claims === null ? null : JSON.parse(row.claims),
    ban: row.ban_reason === null ? null : { reason: row.ban_reason, until: row.ban_until },
    createdAt: row.created_at,
  };
}

export function rowFromUser(user: User): UserRow {
  return {
    id: user.id,
    external_id: user.externalId,
    status: user.status,
    ver: user.ver,
    resolved_ver: user.resolvedVer,
    roles: JSON.stringify(user.roles),
    claims: user.claims === null ? null : JSON.stringify(user.claims),
    ban_reason: user.ban?.reason ?? null,
    ban_until: user.ban?.until ?? null,
    created_at: user.createdAt,
  };
}

/** Every column of `hufu_users`. */
export const USER_COLUMNS = [
  "id",
  "external_id",
  "status",
  "ver",
  "resolved_ver",
  "roles",
  "claims",
  "ban_reason",
  "ban_until",
  "created_at",
] as const;
