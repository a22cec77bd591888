import type { Db, Differences } from "../../dialect.ts";
import type { PhoneRow } from "../../schema.ts";

/**
 * Lets one unit of work after the other look for an owner. The unique hash is not enough: while secrets change, two
 * nodes may hash one number with different ones.
 */
export async function holdNumbers(db: Db): Promise<void> {
  await db
    .updateTable("hufu_counters")
    .set((row) => ({ value: row("value", "+", 1) }))
    .where("name", "=", "phones")
    .execute();
}

/** Whose the numbers with these hashes are. */
export function ownersOf(
  db: Db,
  { rowsOf }: Differences,
  hashes: readonly string[],
): Promise<readonly Pick<PhoneRow, "hash" | "user_id">[]> {
  return rowsOf(db, hashes, (isOneOf) =>
    db.selectFrom("hufu_phones").select(["hash", "user_id"]).where(isOneOf("hash")),
  );
}
