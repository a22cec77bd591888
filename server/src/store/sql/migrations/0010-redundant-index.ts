import type { Kysely } from "kysely";
import type { ColumnTypes } from "../dialect.ts";

/** The indexes of 0002 begin with the same two columns, and every statement finds its rows by one of them. */
export async function redundantIndex(
  db: Pick<Kysely<unknown>, "getExecutor">,
  { dropIndex }: ColumnTypes,
): Promise<void> {
  await dropIndex("hufu_sessions_user_id_status", "hufu_sessions").execute(db);
}
