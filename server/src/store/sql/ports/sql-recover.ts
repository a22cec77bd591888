import type { Revocation } from "../../records.ts";
import type { Recovery, Store } from "../../store.ts";
import type { Db, SqlDatabase } from "../dialect.ts";
import { EVERYBODY } from "../schema.ts";
import { putReset } from "../statements/policy-statements.ts";
import type { Statements } from "../statements/statements.ts";

export function createSqlRecover(
  database: SqlDatabase,
  { accompany, appendToOutbox, policy }: Statements,
): Store["recover"] {
  return ({ keepSessions }, accompaniment) =>
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
      const told: readonly Revocation[] = keepSessions ? [] : [{ all: true, pol, why: "reset" }];
      return { epoch, pol, entries: await appendToOutbox(db, told) };
    });
}

async function epochOf(db: Db): Promise<number> {
  const row = await db
    .selectFrom("hufu_counters")
    .select("value")
    .where("name", "=", "epoch")
    .executeTakeFirstOrThrow();
  return row.value;
}
