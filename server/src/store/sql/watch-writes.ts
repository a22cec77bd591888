import { HufuError } from "../../core/errors/errors.ts";
import type { WriteHealth } from "../store.ts";
import type { SqlDatabase } from "./dialect.ts";

/** So many probes in a row must succeed, and no write fail meanwhile: what has room for one write may refuse the next. */
const CALM_PROBES = 3;
/** A probe needs new pages, as a sign-in may. Small rows: MariaDB 10.11 crashes on a long text that finds no space. */
const ROWS = 32;
const PAYLOAD = "-".repeat(1024);
/** When a probe's rows would be due. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** The same database, and what its writes have shown. Other writes than a probe's may succeed because they change nothing. */
export function watchWrites(database: SqlDatabase): { readonly database: SqlDatabase; readonly writes: WriteHealth } {
  let areFailing = false;
  let calmProbes = 0;
  /** Of a write that failed though a probe had succeeded. */
  let relapse: { readonly error: unknown } | undefined;
  async function watched<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof HufuError && error.reason === "store_unavailable") {
        if (calmProbes > 0) relapse = { error };
        areFailing = true;
        calmProbes = 0;
      }
      throw error;
    }
  }
  const { batches } = database;
  const watching: SqlDatabase = Object.freeze<SqlDatabase>({
    ...database,
    write: (unit) => watched(database.write(unit)),
    writeOne: (unit) => watched(database.writeOne(unit)),
    batches: batches && {
      ...batches,
      once: (unit, isUnit) => watched(batches.once(unit, isUnit)),
      alone: (unit) => watched(batches.alone(unit)),
    },
  });
  return Object.freeze({
    database: watching,
    writes: Object.freeze<WriteHealth>({
      areFailing: () => areFailing,
      async probe() {
        if (!areFailing) return;
        const relapsed = relapse;
        relapse = undefined;
        if (relapsed !== undefined) throw relapsed.error;
        await watched(probe(database));
        calmProbes += 1;
        if (calmProbes < CALM_PROBES) return;
        areFailing = false;
        calmProbes = 0;
      },
    }),
  });
}

/** No other transaction sees the rows: they are deleted before the commit. */
function probe({ write }: SqlDatabase): Promise<void> {
  return write(async (db) => {
    const row = { event: "session-end", payload: PAYLOAD, due_at: NEVER, attempts: 0 } as const;
    await db
      .insertInto("hufu_deliveries")
      .values(Array.from({ length: ROWS }, () => row))
      .execute();
    await db.deleteFrom("hufu_deliveries").where("due_at", "=", NEVER).execute();
  });
}
