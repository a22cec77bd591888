import { type RawBuilder, sql } from "kysely";
import type { Db, SqlDatabase } from "../../dialect.ts";

/**
 * Deletes the oldest links that are all from before `past`, at most `limit`, and notes where the chain begins now. Answers
 * how many it deleted.
 */
export async function purgeChain(
  { reader, write, differences }: SqlDatabase,
  past: RawBuilder<number>,
  limit: number,
): Promise<number> {
  const oldest = (db: Db, most: number) =>
    db
      .selectFrom("hufu_audit_chain")
      .select((link) => [
        "seq",
        "hash",
        link.case().when("at", "<", past).then(sql.lit(1)).else(sql.lit(0)).end().as("is_over"),
      ])
      .orderBy("seq")
      .limit(most)
      .execute();
  // Most looks find nothing that is over, and hold nothing.
  if ((await oldest(reader, 1))[0]?.is_over !== 1) return 0;
  return write(async (db) => {
    const head = db.selectFrom("hufu_audit_head").select("seq").where("id", "=", 1);
    await differences.forUpdate(head).executeTakeFirstOrThrow();
    const rows = await oldest(db, limit);
    const kept = rows.findIndex(({ is_over }) => is_over !== 1);
    const over = kept < 0 ? rows : rows.slice(0, kept);
    const last = over.at(-1);
    if (last === undefined) return 0;
    await db.deleteFrom("hufu_audit_personal").where("seq", "<=", last.seq).execute();
    await db.deleteFrom("hufu_audit_chain").where("seq", "<=", last.seq).execute();
    const start = { start_seq: last.seq, start_hash: last.hash };
    await db.updateTable("hufu_audit_head").set(start).where("id", "=", 1).execute();
    return over.length;
  });
}
