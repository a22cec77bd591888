import type { AccessClaims } from "../token/access-token/access-claims.ts";
import type { RevocationList } from "./revocation-list/revocation-list.ts";

/**
 * What these roles allow together, by a table that is at least as new as policy version `pol`.
 * Refuses with `revocations_unknown` if no such table can be had.
 */
export type RoleSource = (roles: readonly string[], pol: number) => readonly string[] | Promise<readonly string[]>;

/** The highest policy version at which one of the token's roles was redefined, as far as it is listed; 0 if none was. */
export function newestRolePolicy(claims: AccessClaims, revocations: RevocationList): number {
  let newest = 0;
  for (const role of claims.roles ?? []) newest = Math.max(newest, revocations.rolePolicy(role)?.pol ?? 0);
  return newest;
}

/**
 * What the token's roles allow by now. The feed brings a role's new set along, so that no request is needed where it
 * names all of the token's roles and has come as far as the token; otherwise the source is asked.
 */
export function currentPermissions(
  claims: AccessClaims,
  revocations: RevocationList,
  permissionsOf: RoleSource,
): readonly string[] | Promise<readonly string[]> {
  const { roles = [] } = claims;
  if (roles.length === 0) return [];
  const listed = roles.flatMap((role) => revocations.rolePolicy(role) ?? []);
  const newest = Math.max(0, ...listed.map(({ pol }) => pol));
  // The feed is in commit order: an entry of `pol` or later says that every earlier one has been seen.
  if (listed.length < roles.length || newest < claims.pol) return permissionsOf(roles, Math.max(claims.pol, newest));
  const [first] = listed;
  // Alone, the very list of the entry: a million members then share it.
  if (first !== undefined && listed.length === 1) return first.permissions;
  return [...new Set(listed.flatMap(({ permissions }) => permissions))].sort();
}
