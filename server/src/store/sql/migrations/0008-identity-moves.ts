import type { Kysely } from "kysely";
import type { ColumnTypes } from "../dialect.ts";

/** What a move of identities changed, for as long as it can be undone. */
export async function identityMoves(
  db: Pick<Kysely<unknown>, "schema">,
  { word, text, whole, tableEnd }: ColumnTypes,
): Promise<void> {
  await db.schema
    .createTable("hufu_identity_moves")
    .addColumn("id", word, (column) => column.primaryKey().notNull())
    .addColumn("from_id", word, (column) => column.notNull())
    .addColumn("into_id", word, (column) => column.notNull())
    .addColumn("identities", text, (column) => column.notNull())
    .addColumn("unions", text, (column) => column.notNull())
    .addColumn("external_id", word)
    .addColumn("until", whole, (column) => column.notNull())
    .addColumn("undone_at", whole)
    .modifyEnd(tableEnd)
    .execute();
}
