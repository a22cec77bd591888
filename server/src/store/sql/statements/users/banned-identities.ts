import type { UserId } from "../../../../core/ids.ts";
import type { Ban } from "../../../records.ts";
import type { BanHashes } from "../../../users.ts";
import type { Db } from "../../dialect.ts";

/** Expired bans that one closing clears away. */
const CLEARED_MOST = 100;

/** Keeps a ban whose account closes, by the hashes of its identities. Must run before the identities are released. */
export async function keepBan(db: Db, userId: UserId, ban: Ban, hashes: BanHashes, now: number): Promise<void> {
  await clearExpired(db, now);
  const identities = await db
    .selectFrom("hufu_identities")
    .select(["platform", "app", "openid"])
    .where("user_id", "=", userId)
    .execute();
  const unions = await db
    .selectFrom("hufu_unions")
    .select(["scope", "unionid"])
    .where("user_id", "=", userId)
    .execute();
  const all = [...identities.map(hashes.identity), ...unions.map(({ scope, unionid }) => hashes.union(scope, unionid))];
  for (const hash of all) {
    // It may be there, of an earlier account that was closed too.
    await db.deleteFrom("hufu_banned_identities").where("hash", "=", hash).execute();
    const row = { hash, user_id: userId, ban_reason: ban.reason, ban_until: ban.until };
    await db.insertInto("hufu_banned_identities").values(row).execute();
  }
}

/** The ban that an account had when it was closed, by any of these hashes. It may be over. */
export async function keptBan(db: Db, hashes: readonly string[]): Promise<Ban | null> {
  if (hashes.length === 0) return null;
  const found = await db
    .selectFrom("hufu_banned_identities")
    .select(["ban_reason as reason", "ban_until as until"])
    .where("hash", "in", hashes)
    .executeTakeFirst();
  return found ?? null;
}

/** Lifts the ban of a closed account. `false` if it has none. */
export async function liftKeptBan(db: Db, userId: UserId): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("hufu_banned_identities")
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

async function clearExpired(db: Db, now: number): Promise<void> {
  const over = await db
    .selectFrom("hufu_banned_identities")
    .select("hash")
    .where("ban_until", "<=", now)
    .limit(CLEARED_MOST)
    .execute();
  if (over.length === 0) return;
  const hashes = over.map(({ hash }) => hash);
  await db.deleteFrom("hufu_banned_identities").where("hash", "in", hashes).execute();
}
