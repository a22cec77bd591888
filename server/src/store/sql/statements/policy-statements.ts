import type { Db, Differences } from "../dialect.ts";
import { prepare } from "./prepared/prepared.ts";

/** The policy version and the database's time. */
export interface PolicyPoint {
  readonly pol: number;
  readonly now: number;
}

/** The prepared statements about the policy. */
export interface PolicyStatements {
  point(db: Db): Promise<PolicyPoint>;
  /** Holds the policy until the unit of work ends. */
  lock(db: Db): Promise<PolicyPoint>;
}

export function preparePolicyStatements(db: Db, differences: Differences): PolicyStatements {
  const row = db
    .selectFrom("hufu_policy")
    .select(["pol", differences.now.as("now")])
    .where("id", "=", 1);
  const point = prepare<object, PolicyPoint>([], () => row);
  const lock = prepare<object, PolicyPoint>([], () => differences.forUpdate(row));
  const only = (rows: readonly PolicyPoint[]): PolicyPoint => {
    const [found] = rows;
    if (found === undefined) throw new TypeError("the row of hufu_policy is missing");
    return found;
  };
  return Object.freeze<PolicyStatements>({
    point: async (open) => only((await point(open, {})).rows),
    lock: async (open) => only((await lock(open, {})).rows),
  });
}

/** Update, else insert: safe for the one that holds the policy, and the same words on every database. */
export async function putReset(db: Db, scope: string, pol: number): Promise<void> {
  const result = await db.updateTable("hufu_resets").set({ pol }).where("scope", "=", scope).executeTakeFirst();
  if (result.numUpdatedRows === 0n) await db.insertInto("hufu_resets").values({ scope, pol }).execute();
}
