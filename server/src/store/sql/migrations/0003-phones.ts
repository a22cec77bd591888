import { type Kysely, sql } from "kysely";
import type { ColumnTypes } from "../dialect.ts";

/** Phone numbers that users have confirmed, sealed, and found by a keyed hash. */
export async function phones(db: Pick<Kysely<unknown>, "schema" | "getExecutor">, types: ColumnTypes): Promise<void> {
  const { word, text, whole, tableEnd } = types;
  await db.schema
    .createTable("hufu_phones")
    .addColumn("user_id", word, (column) => column.primaryKey().notNull())
    .addColumn("hash", word, (column) => column.notNull())
    .addColumn("sealed", text, (column) => column.notNull())
    .addColumn("confirmed_at", whole, (column) => column.notNull())
    .addForeignKeyConstraint("hufu_phones_user", ["user_id"], "hufu_users", ["id"])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_phones_hash").unique().on("hufu_phones").column("hash").execute();
  await sql`insert into hufu_counters (name, value) values ('phones', 0)`.execute(db);
}
