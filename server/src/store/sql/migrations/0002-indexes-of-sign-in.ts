import type { Kysely } from "kysely";

/** What a sign-in looks for without reading all sessions of a user. The older index is the beginning of two of these. */
export async function indexesOfSignIn(db: Pick<Kysely<unknown>, "schema">): Promise<void> {
  await db.schema
    .createIndex("hufu_sessions_identity")
    .on("hufu_sessions")
    .columns(["platform", "app", "openid", "status", "created_at"])
    .execute();
  await db.schema
    .createIndex("hufu_sessions_type")
    .on("hufu_sessions")
    .columns(["user_id", "status", "device_type", "created_at"])
    .execute();
  await db.schema
    .createIndex("hufu_sessions_device")
    .on("hufu_sessions")
    .columns(["user_id", "status", "app", "device_id"])
    .execute();
}
