import { type Kysely, sql } from "kysely";
import type { ColumnTypes } from "../dialect.ts";

/** What administration looks for: users by their identities and in order, ends by their rule, refusals by their request. */
export async function administration(
  db: Pick<Kysely<unknown>, "schema" | "getExecutor">,
  types: ColumnTypes,
): Promise<void> {
  const { word, whole, tableEnd } = types;
  await db.schema.alterTable("hufu_users").addColumn("banned_at", whole).execute();
  // Since when is not known of these.
  await sql`update hufu_users set banned_at = 0 where ban_reason is not null`.execute(db);
  await db.schema.alterTable("hufu_sessions").addColumn("end_rule", word).execute();

  await db.schema.createIndex("hufu_users_created_at").on("hufu_users").columns(["created_at", "id"]).execute();
  await db.schema.createIndex("hufu_users_status").on("hufu_users").columns(["status", "created_at", "id"]).execute();
  await db.schema.createIndex("hufu_users_banned_at").on("hufu_users").columns(["banned_at", "id"]).execute();
  await db.schema.createIndex("hufu_identities_openid").on("hufu_identities").column("openid").execute();
  await db.schema.createIndex("hufu_identities_unionid").on("hufu_identities").column("unionid").execute();

  await db.schema
    .createTable("hufu_refusals")
    .addColumn("request_id", word, (column) => column.primaryKey().notNull())
    .addColumn("at", whole, (column) => column.notNull())
    .addColumn("node", word, (column) => column.notNull())
    .addColumn("endpoint", word, (column) => column.notNull())
    .addColumn("status", whole, (column) => column.notNull())
    .addColumn("reason", word, (column) => column.notNull())
    .addColumn("why", word)
    .addColumn("user_id", word)
    .addColumn("sid", word)
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_refusals_at").on("hufu_refusals").column("at").execute();
}
