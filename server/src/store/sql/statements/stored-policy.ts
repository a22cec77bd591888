import type { PolicySnapshot } from "../../policy.ts";
import type { Db, Differences } from "../dialect.ts";

interface PolicyRoleRow {
  readonly pol: number;
  readonly name: string | null;
  readonly permissions: string | null;
}

/** The version and every role, as of one moment. */
export function selectPolicy(db: Db, differences: Differences) {
  return db
    .selectFrom("hufu_policy")
    .leftJoin("hufu_roles", (join) => join.onTrue())
    .select(["hufu_policy.pol", "hufu_roles.name", "hufu_roles.permissions", differences.onlyReads.as("only_reads")])
    .orderBy("hufu_roles.name");
}

export function policyFrom(rows: readonly PolicyRoleRow[]): PolicySnapshot {
  const roles = new Map<string, readonly string[]>();
  for (const { name, permissions } of rows) {
    if (name !== null && permissions !== null) roles.set(name, JSON.parse(permissions));
  }
  return { pol: rows[0]?.pol ?? 0, roles };
}
