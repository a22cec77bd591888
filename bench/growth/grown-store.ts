import type { SessionId, UserId } from "../../server/src/core/ids.ts";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { openStoreAt } from "../../server/src/hufu/database/open-database.ts";
import { multiplySignIns } from "../loading/multiply-sign-ins.ts";
import { openLoaders } from "../loading/open-loaders.ts";
import type { GrownStore } from "./operations.ts";
import { LISTED, SEEDS, seedSessions } from "./sample-sessions.ts";

const OPEN = { clock: systemClock, entryLifeMs: 720_000 };

/** Fills an empty database with so many sessions, a tenth of which are over, and opens it. */
export async function openGrown(
  database: string,
  sessions: number,
  progress: (there: number) => void,
): Promise<GrownStore> {
  const seeded = await openStoreAt(database, OPEN);
  await seedSessions(seeded);
  await seeded.close();
  await multiplySignIns(database, sessions / SEEDS, progress);
  const there = await inNoOrder(database);
  return { sessions, store: await openStoreAt(database, OPEN), ...there };
}

/** A code's hash says nothing about where a row lies, nor where in the other indexes. */
async function inNoOrder(database: string): Promise<Pick<GrownStore, "active" | "usersWithFive">> {
  const loaders = await openLoaders(database);
  const [{ rows }] = loaders;
  try {
    const active = await rows<{ readonly id: SessionId }>(
      "select id from hufu_sessions where idle_until > 1 order by code_hash",
    );
    const users = await rows<{ readonly user_id: UserId }>(
      `select user_id from hufu_sessions group by user_id having count(*) = ${LISTED} order by min(code_hash)`,
    );
    return { active: active.map(({ id }) => id), usersWithFive: users.map(({ user_id }) => user_id) };
  } finally {
    for (const loader of loaders) await loader.close();
  }
}
