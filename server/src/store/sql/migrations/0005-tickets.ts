import type { Kysely } from "kysely";
import type { ColumnTypes } from "../dialect.ts";

/** Tickets that were redeemed; the index is for the purge. */
export async function tickets(
  db: Pick<Kysely<unknown>, "schema">,
  { word, whole, tableEnd }: ColumnTypes,
): Promise<void> {
  await db.schema
    .createTable("hufu_tickets")
    .addColumn("jti", word, (column) => column.primaryKey().notNull())
    .addColumn("redeemer", word, (column) => column.notNull())
    .addColumn("redeemed_at", whole, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_tickets_redeemed_at").on("hufu_tickets").column("redeemed_at").execute();
}
