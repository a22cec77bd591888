import type { Revocation } from "../../records.ts";
import type { Recovery, Store } from "../../store.ts";
import type { Db, SqlDatabase } from "../dialect.ts";
import { EVERYBODY } from "../schema.ts";
import { putReset } from "../statements/policy-statements.ts";
import type { Statements } from "../statements/prepared/statements.ts";

export function createSqlRecover(
  database: SqlDatabase,
  { accompany, appendToOutbox, policy }: Statements,
): Store["recover"] {
  return ({ keepSessions, revokeKeys = [] }, accompaniment) =>
    database.write(async (db): Promise<Recovery> => {
      const held = await policy.lock(db);
      // Both grow by far less than one a second, so the seconds are above every number that the lost part gave out.
      const seconds = Math.floor(held.now / 1000);
      const pol = Math.max(held.pol + 1, seconds);
      const epoch = Math.max((await epochOf(db)) + 1, seconds);
      await db.updateTable("hufu_policy").set({ pol }).where("id", "=", 1).execute();
      await db.updateTable("hufu_counters").set({ value: epoch }).where("name", "=", "epoch").execute();
      if (!keepSessions) await putReset(db, EVERYBODY, pol);
      await accompany(db, accompaniment);
      for (const kid of revokeKeys) await revokeKey(db, kid, held.now);
      const everybody: readonly Revocation[] = keepSessions ? [] : [{ all: true, pol, why: "reset" }];
      const keys = revokeKeys.map((kid): Revocation => ({ kid, why: "reset" }));
      return { epoch, pol, entries: await appendToOutbox(db, [...everybody, ...keys]) };
    });
}

/** Leaves a key alone that is revoked already. */
async function revokeKey(db: Db, kid: string, now: number): Promise<void> {
  await db
    .updateTable("hufu_keys")
    .set({ revoked_at: now })
    .where("kid", "=", kid)
    .where("revoked_at", "is", null)
    .execute();
}

async function epochOf(db: Db): Promise<number> {
  const row = await db
    .selectFrom("hufu_counters")
    .select("value")
    .where("name", "=", "epoch")
    .executeTakeFirstOrThrow();
  return row.value;
}
