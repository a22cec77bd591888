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
  /** The same, with the policy version of the last reset of each scope. */
  pointAndResets(db: Db): Promise<PolicyPoint & { readonly resets: ReadonlyMap<string, number> }>;
}

/** A reset beside the point; without any, one row of the point alone. */
interface ResetBeside extends PolicyPoint {
  readonly scope: string | null;
  readonly reset_pol: number | null;
}

export function preparePolicyStatements(db: Db, differences: Differences): PolicyStatements {
  const row = db
    .selectFrom("hufu_policy")
    .select(["pol", differences.now.as("now")])
    .where("id", "=", 1);
  const point = prepare<object, PolicyPoint>([], () => row);
  const lock = prepare<object, PolicyPoint>([], () => differences.forUpdate(row));
  const pointAndResets = prepare<object, ResetBeside>([], () =>
    db
      .selectFrom("hufu_policy")
      .leftJoin("hufu_resets", (join) => join.onTrue())
      .select(["hufu_policy.pol", differences.now.as("now"), "hufu_resets.scope", "hufu_resets.pol as reset_pol"])
      .where("hufu_policy.id", "=", 1),
  );
  const only = (rows: readonly PolicyPoint[]): PolicyPoint => {
    const [found] = rows;
    if (found === undefined) throw new TypeError("the row of hufu_policy is missing");
    return found;
  };
  return Object.freeze<PolicyStatements>({
    point: async (open) => only((await point(open, {})).rows),
    lock: async (open) => only((await lock(open, {})).rows),
    pointAndResets: async (open) => {
      const { rows } = await pointAndResets(open, {});
      const { pol, now } = only(rows);
      const resets = rows.flatMap(({ scope, reset_pol: reset }) =>
        scope === null || reset === null ? [] : [[scope, reset] as const],
      );
      return { pol, now, resets: new Map(resets) };
    },
  });
}

/** Update, else insert: safe for the one that holds the policy, and the same words on every database. */
export async function putReset(db: Db, scope: string, pol: number): Promise<void> {
  const result = await db.updateTable("hufu_resets").set({ pol }).where("scope", "=", scope).executeTakeFirst();
  if (result.numUpdatedRows === 0n) await db.insertInto("hufu_resets").values({ scope, pol }).execute();
}
