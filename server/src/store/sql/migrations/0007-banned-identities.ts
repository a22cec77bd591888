import type { Kysely } from "kysely";
import type { ColumnTypes } from "../dialect.ts";

/** Keyed hashes of identities whose account was closed while it was banned. */
export async function bannedIdentities(db: Pick<Kysely<unknown>, "schema">, types: ColumnTypes): Promise<void> {
  const { word, text, whole, tableEnd } = types;
  await db.schema
    .createTable("hufu_banned_identities")
    .addColumn("hash", word, (column) => column.primaryKey().notNull())
    .addColumn("user_id", word, (column) => column.notNull())
    .addColumn("ban_reason", text, (column) => column.notNull())
    .addColumn("ban_until", whole)
    .addForeignKeyConstraint("hufu_banned_identities_user", ["user_id"], "hufu_users", ["id"])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createIndex("hufu_banned_identities_user_id")
    .on("hufu_banned_identities")
    .column("user_id")
    .execute();
}
