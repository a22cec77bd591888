import { type Kysely, sql } from "kysely";
import type { ColumnTypes } from "../dialect.ts";

/**
 * `hufu_audit` becomes the place where records wait, a second or so, to be chained; what is chained moves on to
 * `hufu_audit_chain`, and personal fields to rows of their own, which can be erased. A node of the version before goes on
 * writing as it did.
 */
export async function auditChain(
  db: Pick<Kysely<unknown>, "schema" | "getExecutor">,
  { word, text, whole, tableEnd }: ColumnTypes,
): Promise<void> {
  await db.schema.alterTable("hufu_audit").addColumn("rule", word).execute();
  await db.schema.alterTable("hufu_audit").addColumn("personal", text).execute();

  await db.schema
    .createTable("hufu_audit_chain")
    .addColumn("seq", whole, (column) => column.primaryKey().notNull())
    .addColumn("id", whole, (column) => column.notNull())
    .addColumn("at", whole, (column) => column.notNull())
    .addColumn("action", word, (column) => column.notNull())
    .addColumn("user_id", word)
    .addColumn("sid", word)
    .addColumn("app", word)
    .addColumn("actor", text, (column) => column.notNull())
    .addColumn("why", text)
    .addColumn("rule", word)
    .addColumn("request_id", word)
    .addColumn("detail", text)
    .addColumn("personal_hash", word)
    .addColumn("hash", word, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  const index = (columns: string[]): Promise<void> =>
    db.schema.createIndex(`hufu_audit_chain_${columns[0]}`).on("hufu_audit_chain").columns(columns).execute();
  await index(["id"]);
  await index(["user_id", "id"]);
  await index(["action", "id"]);
  await index(["request_id"]);

  await db.schema
    .createTable("hufu_audit_personal")
    .addColumn("seq", whole, (column) => column.primaryKey().notNull())
    .addColumn("user_id", word)
    .addColumn("salt", word, (column) => column.notNull())
    .addColumn("fields", text, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_audit_personal_user_id").on("hufu_audit_personal").column("user_id").execute();

  await db.schema
    .createTable("hufu_audit_head")
    .addColumn("id", whole, (column) => column.primaryKey().notNull())
    .addColumn("seq", whole, (column) => column.notNull())
    .addColumn("hash", word, (column) => column.notNull())
    .addColumn("start_seq", whole, (column) => column.notNull())
    .addColumn("start_hash", word, (column) => column.notNull())
    .addColumn("sealer", word)
    .addColumn("sealer_until", whole, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await sql`
    insert into hufu_audit_head (id, seq, hash, start_seq, start_hash, sealer_until) values (1, 0, '', 0, '', 0)
  `.execute(db);
}
