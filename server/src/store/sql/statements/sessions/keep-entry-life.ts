import { sql } from "kysely";
import type { Db, SqlDatabase } from "../../dialect.ts";

/**
 * Raises the life of outbox entries to what this configuration needs, and answers what counts: the longest that any
 * configuration of this database has needed. Tokens that were minted under an older one may still be alive.
 */
export async function keepEntryLife(database: SqlDatabase, entryLifeMs: number): Promise<number> {
  const kept = await entryLife(database);
  if (kept >= entryLifeMs) return kept;
  await database.write(
    async (db) =>
      void (await db
        .updateTable("hufu_counters")
        .set({ value: entryLifeMs })
        .where("name", "=", "entry_life")
        .where("value", "<", entryLifeMs)
        .execute()),
  );
  return Math.max(entryLifeMs, await entryLife(database));
}

async function entryLife({ reader }: SqlDatabase): Promise<number> {
  return (await selectEntryLife(reader).executeTakeFirstOrThrow()).value;
}

export function selectEntryLife(db: Db) {
  return db.selectFrom("hufu_counters").select("value").where("name", "=", sql.lit("entry_life"));
}
