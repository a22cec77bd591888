import { readPermission } from "../../access/permission.ts";
import type { RoleTable } from "../../access/role-permissions.ts";
import { isJsonObject, type JsonObject } from "../../token/jws/strict-json.ts";

/** What every role allows at policy version `pol`. */
export interface RolesAtPolicy {
  readonly pol: number;
  readonly roles: RoleTable;
}

/**
 * The answer of `GET /roles` → the table.
 * @throws Error that says what is wrong: a table of which a part is not understood is none
 */
export function readRoleTable({ pol, roles }: JsonObject): RolesAtPolicy {
  if (!Number.isSafeInteger(pol) || Number(pol) < 0) throw new Error("the table of roles has no policy version");
  if (!isJsonObject(roles)) throw new Error("the table of roles has no roles");
  const table = new Map(Object.entries(roles).map(([role, list]) => [role, readPermissions(list)]));
  return { pol: Number(pol), roles: table };
}

function readPermissions(list: unknown): readonly string[] {
  if (!Array.isArray(list)) throw new Error("a role without a list of permissions");
  return list.map((permission: unknown) => {
    if (typeof permission !== "string" || readPermission(permission) === undefined) {
      throw new Error("a role with something that is no permission");
    }
    return permission;
  });
}
