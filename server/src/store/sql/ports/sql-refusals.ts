import { sql } from "kysely";
import type { Refusal, RefusalStore } from "../../refusals.ts";
import type { SqlDatabase } from "../dialect.ts";
import type { RefusalRow } from "../schema.ts";

const COLUMNS = ["request_id", "at", "node", "endpoint", "status", "reason", "why", "user_id", "sid"] as const;

export function createSqlRefusals({ reader, writeOne, differences }: SqlDatabase): RefusalStore {
  return Object.freeze<RefusalStore>({
    append: async (refusals) => {
      if (refusals.length === 0) return;
      await writeOne((db) => db.insertInto("hufu_refusals").values(refusals.map(rowOf)).execute());
    },
    find: async (requestId) => {
      const row = await reader
        .selectFrom("hufu_refusals")
        .select(COLUMNS)
        .where("request_id", "=", requestId)
        .executeTakeFirst();
      return row === undefined ? undefined : refusalFromRow(row);
    },
    forget: async (keptMs, limit) => {
      const past = sql<number>`${differences.now} - ${keptMs}`;
      const old = await reader
        .selectFrom("hufu_refusals")
        .select("request_id")
        .where("at", "<", past)
        .orderBy("at")
        .limit(limit)
        .execute();
      if (old.length === 0) return 0;
      const ids = old.map(({ request_id }) => request_id);
      const [result] = await writeOne((db) => db.deleteFrom("hufu_refusals").where("request_id", "in", ids).execute());
      return Number(result?.numDeletedRows ?? 0n);
    },
  });
}

function rowOf(refusal: Refusal): RefusalRow {
  const { requestId, userId, ...same } = refusal;
  return { ...same, request_id: requestId, user_id: userId };
}

function refusalFromRow({ request_id, user_id, ...same }: RefusalRow): Refusal {
  return { ...same, requestId: request_id, userId: user_id };
}
