import type { Kysely } from "kysely";
import type { ColumnTypes } from "../dialect.ts";

/** Messages for receivers elsewhere. Older nodes write none and leave them alone. */
export async function webhooks(
  db: Pick<Kysely<unknown>, "schema">,
  { word, text, whole, serial, serialKey, tableEnd }: ColumnTypes,
): Promise<void> {
  await db.schema
    .createTable("hufu_webhooks")
    .addColumn("id", serial, serialKey)
    .addColumn("endpoint", word, (column) => column.notNull())
    .addColumn("message_id", word, (column) => column.notNull())
    .addColumn("event", word, (column) => column.notNull())
    .addColumn("payload", text, (column) => column.notNull())
    .addColumn("created_at", whole, (column) => column.notNull())
    .addColumn("due_at", whole)
    .addColumn("attempts", whole, (column) => column.notNull())
    .addColumn("fault", text)
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_webhooks_due_at").on("hufu_webhooks").columns(["endpoint", "due_at"]).execute();
  await db.schema.createIndex("hufu_webhooks_created_at").on("hufu_webhooks").column("created_at").execute();
}
