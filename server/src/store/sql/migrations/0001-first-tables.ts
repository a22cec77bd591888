import { type Kysely, sql } from "kysely";
import type { ColumnTypes } from "../dialect.ts";

/** The first tables, the counters at zero and the policy at version 1. */
export async function firstTables(
  db: Pick<Kysely<unknown>, "schema" | "getExecutor">,
  types: ColumnTypes,
): Promise<void> {
  const { word, text, whole, serial, serialKey, tableEnd } = types;

  await db.schema
    .createTable("hufu_users")
    .addColumn("id", word, (column) => column.primaryKey().notNull())
    .addColumn("external_id", word)
    .addColumn("status", word, (column) => column.notNull())
    .addColumn("ver", whole, (column) => column.notNull())
    .addColumn("resolved_ver", whole, (column) => column.notNull())
    .addColumn("roles", text, (column) => column.notNull())
    .addColumn("claims", text)
    .addColumn("ban_reason", text)
    .addColumn("ban_until", whole)
    .addColumn("created_at", whole, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_users_external_id").unique().on("hufu_users").column("external_id").execute();

  await db.schema
    .createTable("hufu_identities")
    .addColumn("platform", word, (column) => column.notNull())
    .addColumn("app", word, (column) => column.notNull())
    .addColumn("openid", word, (column) => column.notNull())
    .addColumn("client_id", word, (column) => column.notNull())
    .addColumn("user_id", word, (column) => column.notNull())
    .addColumn("unionid", word)
    .addColumn("created_at", whole, (column) => column.notNull())
    .addColumn("session_key_sealed", text)
    .addColumn("session_key_at", whole)
    .addPrimaryKeyConstraint("hufu_identities_key", ["platform", "app", "openid"])
    .addForeignKeyConstraint("hufu_identities_user", ["user_id"], "hufu_users", ["id"])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_identities_user_id").on("hufu_identities").column("user_id").execute();

  await db.schema
    .createTable("hufu_unions")
    .addColumn("scope", word, (column) => column.notNull())
    .addColumn("unionid", word, (column) => column.notNull())
    .addColumn("user_id", word, (column) => column.notNull())
    .addPrimaryKeyConstraint("hufu_unions_key", ["scope", "unionid"])
    .addForeignKeyConstraint("hufu_unions_user", ["user_id"], "hufu_users", ["id"])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_unions_user_id").on("hufu_unions").column("user_id").execute();

  await db.schema
    .createTable("hufu_sessions")
    .addColumn("id", word, (column) => column.primaryKey().notNull())
    .addColumn("user_id", word, (column) => column.notNull())
    .addColumn("platform", word, (column) => column.notNull())
    .addColumn("app", word, (column) => column.notNull())
    .addColumn("openid", word, (column) => column.notNull())
    .addColumn("client_id", word, (column) => column.notNull())
    .addColumn("mode", word, (column) => column.notNull())
    .addColumn("device_id", word)
    .addColumn("device_type", word, (column) => column.notNull())
    .addColumn("device_name", text)
    .addColumn("version", whole, (column) => column.notNull())
    .addColumn("generation", whole, (column) => column.notNull())
    .addColumn("current_hash", word, (column) => column.notNull())
    .addColumn("key_id", word, (column) => column.notNull())
    .addColumn("recent", text, (column) => column.notNull())
    .addColumn("status", word, (column) => column.notNull())
    .addColumn("end_why", word)
    .addColumn("ended_at", whole)
    .addColumn("ended_by", text)
    .addColumn("created_at", whole, (column) => column.notNull())
    .addColumn("last_used_at", whole, (column) => column.notNull())
    .addColumn("idle_until", whole, (column) => column.notNull())
    .addColumn("absolute_until", whole, (column) => column.notNull())
    .addColumn("clock", whole, (column) => column.notNull())
    .addColumn("auth_time", whole, (column) => column.notNull())
    .addColumn("acr", word, (column) => column.notNull())
    .addColumn("amr", text, (column) => column.notNull())
    .addColumn("jkt", word)
    .addColumn("born_pol", whole, (column) => column.notNull())
    .addColumn("code_hash", word, (column) => column.notNull())
    .addColumn("code_attempt", word, (column) => column.notNull())
    .addColumn("made_user", whole, (column) => column.notNull())
    .addForeignKeyConstraint("hufu_sessions_user", ["user_id"], "hufu_users", ["id"])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_sessions_code_hash").unique().on("hufu_sessions").column("code_hash").execute();
  await db.schema
    .createIndex("hufu_sessions_user_id_status")
    .on("hufu_sessions")
    .columns(["user_id", "status"])
    .execute();

  await db.schema
    .createTable("hufu_roles")
    .addColumn("name", word, (column) => column.primaryKey().notNull())
    .addColumn("permissions", text, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createTable("hufu_policy")
    .addColumn("id", whole, (column) => column.primaryKey().notNull())
    .addColumn("pol", whole, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createTable("hufu_resets")
    .addColumn("scope", word, (column) => column.primaryKey().notNull())
    .addColumn("pol", whole, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();

  await db.schema
    .createTable("hufu_revocations")
    .addColumn("number", whole, (column) => column.primaryKey().notNull())
    .addColumn("body", text, (column) => column.notNull())
    .addColumn("until", whole, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_revocations_until").on("hufu_revocations").column("until").execute();
  await db.schema
    .createTable("hufu_counters")
    .addColumn("name", word, (column) => column.primaryKey().notNull())
    .addColumn("value", whole, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();

  await db.schema
    .createTable("hufu_audit")
    .addColumn("id", serial, serialKey)
    .addColumn("at", whole, (column) => column.notNull())
    .addColumn("action", word, (column) => column.notNull())
    .addColumn("user_id", word)
    .addColumn("sid", word)
    .addColumn("app", word)
    .addColumn("actor", text, (column) => column.notNull())
    .addColumn("why", text)
    .addColumn("request_id", word)
    .addColumn("detail", text)
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_audit_user_id").on("hufu_audit").columns(["user_id", "id"]).execute();
  await db.schema.createIndex("hufu_audit_action").on("hufu_audit").columns(["action", "id"]).execute();

  await db.schema
    .createTable("hufu_deliveries")
    .addColumn("id", serial, serialKey)
    .addColumn("event", word, (column) => column.notNull())
    .addColumn("payload", text, (column) => column.notNull())
    .addColumn("due_at", whole, (column) => column.notNull())
    .addColumn("attempts", whole, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_deliveries_due_at").on("hufu_deliveries").column("due_at").execute();

  await db.schema
    .createTable("hufu_keys")
    .addColumn("kid", word, (column) => column.primaryKey().notNull())
    .addColumn("sequence", whole, (column) => column.notNull())
    .addColumn("alg", word, (column) => column.notNull())
    .addColumn("public_jwk", text, (column) => column.notNull())
    .addColumn("sealed_private", text, (column) => column.notNull())
    .addColumn("created_at", whole, (column) => column.notNull())
    .addColumn("signs_from", whole, (column) => column.notNull())
    .addColumn("published_until", whole)
    .addColumn("revoked_at", whole)
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_keys_sequence").unique().on("hufu_keys").column("sequence").execute();

  await db.schema
    .createTable("hufu_hot")
    .addColumn("name", word, (column) => column.primaryKey().notNull())
    .addColumn("until", whole, (column) => column.notNull())
    .addColumn("count", whole)
    .addColumn("holder", word)
    .addColumn("value", text)
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex("hufu_hot_until").on("hufu_hot").column("until").execute();

  await sql`insert into hufu_policy (id, pol) values (1, 1)`.execute(db);
  await sql`insert into hufu_counters (name, value) values ('epoch', 1), ('revocation', 0), ('entry_life', 0)`.execute(
    db,
  );
}
