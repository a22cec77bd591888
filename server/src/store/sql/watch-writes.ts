import { HufuError } from "../../core/errors/errors.ts";
import type { WriteHealth } from "../store.ts";
import { type SqlDatabase, UniqueViolation } from "./dialect.ts";

/** The row of `hufu_counters` that a probe writes. */
const PROBE = "probe";

/** The same database, and what its writes have shown. Other writes than a probe's may succeed because they change nothing. */
export function watchWrites(database: SqlDatabase): { readonly database: SqlDatabase; readonly writes: WriteHealth } {
  let areFailing = false;
  async function watched<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof HufuError && error.reason === "store_unavailable") areFailing = true;
      throw error;
    }
  }
  const watching: SqlDatabase = Object.freeze<SqlDatabase>({
    ...database,
    write: (unit) => watched(database.write(unit)),
    writeOne: (unit) => watched(database.writeOne(unit)),
  });
  return Object.freeze({
    database: watching,
    writes: Object.freeze<WriteHealth>({
      areFailing: () => areFailing,
      async probe() {
        if (!areFailing) return;
        await probe(database);
        areFailing = false;
      },
    }),
  });
}

async function probe({ write, differences }: SqlDatabase): Promise<void> {
  const value = differences.now;
  try {
    await write(async (db) => {
      const row = db.updateTable("hufu_counters").set({ value }).where("name", "=", PROBE);
      const { numUpdatedRows } = await row.executeTakeFirst();
      if (numUpdatedRows === 0n) await db.insertInto("hufu_counters").values({ name: PROBE, value }).execute();
    });
  } catch (error) {
    // Another node was first, and has shown the same.
    if (!(error instanceof UniqueViolation)) throw error;
  }
}
