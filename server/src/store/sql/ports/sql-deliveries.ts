import { type RawBuilder, sql } from "kysely";
import type { DeliveryStore } from "../../deliveries.ts";
import type { SqlDatabase } from "../dialect.ts";

/** A count reads every row. */
const COUNTED_MOST = 100_000;

export function createSqlDeliveries(database: SqlDatabase): DeliveryStore {
  const { forUpdate, now } = database.differences;
  const later = (ms: number): RawBuilder<number> => sql<number>`${now} + ${ms}`;

  return Object.freeze<DeliveryStore>({
    take: (events, limit, hideForMs) =>
      database.write(async (db) => {
        const due = await forUpdate(
          db
            .selectFrom("hufu_deliveries")
            .select(["id", "event", "payload", "attempts"])
            .where("due_at", "<=", now)
            .where("event", "in", events)
            .orderBy("due_at")
            .orderBy("id")
            .limit(limit),
        ).execute();
        if (due.length === 0) return [];
        await db
          .updateTable("hufu_deliveries")
          .set({ due_at: later(hideForMs), attempts: sql<number>`attempts + 1` })
          .where(
            "id",
            "in",
            due.map(({ id }) => id),
          )
          .execute();
        return due.map(({ id, event, payload, attempts }) => ({
          id,
          event,
          payload: JSON.parse(payload),
          attempts,
        }));
      }),
    done: (id) =>
      database.write(async (db) => void (await db.deleteFrom("hufu_deliveries").where("id", "=", id).execute())),
    async waiting() {
      const some = database.reader.selectFrom("hufu_deliveries").select("id").limit(COUNTED_MOST).as("waiting");
      const { count } = await database.reader
        .selectFrom(some)
        .select((row) => row.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    retry: (id, delayMs) =>
      database.write(
        async (db) =>
          void (await db
            .updateTable("hufu_deliveries")
            .set({ due_at: later(delayMs) })
            .where("id", "=", id)
            .execute()),
      ),
  });
}
