import { sql } from "kysely";
import { type Db, type SqlDatabase, UniqueViolation } from "../dialect.ts";

/** How the outbox begins anew when entries may have been lost. */
export interface Epochs {
  /** Raises the epoch unless it is another one than `seen` by now. */
  raise(seen: number): Promise<void>;
  /**
   * Notes on which timeline the database is. A change means that a standby was promoted, which may have lost what the old
   * primary had answered: one node raises the epoch. Answers whether the epoch may have changed.
   */
  follow(timeline: number, kept: number | null): Promise<boolean>;
}

/** The row of `hufu_counters` in which the timeline is kept. */
export const TIMELINE = "timeline";

export function createEpochs(database: Pick<SqlDatabase, "write" | "differences">): Epochs {
  const { now } = database.differences;
  // Epochs grow by far less than one a second, so the seconds are above every number that the lost part gave out.
  const next = sql<number>`case when value < ${seconds(now)} then ${seconds(now)} else value + 1 end`;
  const raiseIn = async (db: Db, seen?: number): Promise<void> => {
    const epochs = db.updateTable("hufu_counters").set({ value: next }).where("name", "=", "epoch");
    await (seen === undefined ? epochs : epochs.where("value", "=", seen)).execute();
  };

  return Object.freeze<Epochs>({
    raise: (seen) => database.write((db) => raiseIn(db, seen)),

    async follow(timeline, kept) {
      if (kept === timeline) return false;
      if (kept === null) {
        await insertOnce(database, timeline);
        return false;
      }
      return database.write(async (db) => {
        const { numUpdatedRows } = await db
          .updateTable("hufu_counters")
          .set({ value: timeline })
          .where("name", "=", TIMELINE)
          .where("value", "=", kept)
          .executeTakeFirst();
        if (numUpdatedRows === 1n) await raiseIn(db);
        return true;
      });
    },
  });
}

/** Of nodes that start at once on a new database, each may be the first to note it. */
async function insertOnce(database: Pick<SqlDatabase, "write">, timeline: number): Promise<void> {
  try {
    await database.write((db) => db.insertInto("hufu_counters").values({ name: TIMELINE, value: timeline }).execute());
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
  }
}

function seconds(now: SqlDatabase["differences"]["now"]) {
  return sql<number>`floor(${now} / 1000)`;
}
