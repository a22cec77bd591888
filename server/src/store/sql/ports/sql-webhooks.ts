import { type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import type { DeadLetters, StoredWebhook, WebhookStore } from "../../webhooks.ts";
import type { SqlDatabase } from "../dialect.ts";
import type { HufuTables, WebhookRow } from "../schema.ts";
import type { Statements } from "../statements/prepared/statements.ts";

const TABLE = "hufu_webhooks";

/** `due_at` is null for dead letters, and no comparison finds null. */
export function createSqlWebhooks(database: SqlDatabase, { accompany }: Pick<Statements, "accompany">): WebhookStore {
  const { reader, write, writeOne, differences } = database;
  const { forUpdate, now } = differences;
  const later = (ms: number): RawBuilder<number> => sql<number>`${now} + ${ms}`;

  async function deleteThose(ids: readonly number[]): Promise<number> {
    if (ids.length === 0) return 0;
    const [result] = await writeOne((db) => db.deleteFrom(TABLE).where("id", "in", ids).execute());
    return Number(result?.numDeletedRows ?? 0n);
  }

  return Object.freeze<WebhookStore>({
    take: (endpoint, limit, hideForMs) =>
      write(async (db) => {
        const due = db
          .selectFrom(TABLE)
          .selectAll()
          .where("endpoint", "=", endpoint)
          .where("due_at", "<=", now)
          .orderBy("due_at")
          .orderBy("id")
          .limit(limit);
        const rows = await forUpdate(due).execute();
        if (rows.length === 0) return [];
        const ids = rows.map(({ id }) => id);
        await db
          .updateTable(TABLE)
          .set({ due_at: later(hideForMs), attempts: sql<number>`attempts + 1` })
          .where("id", "in", ids)
          .execute();
        return rows.map((row) => webhookFromRow({ ...row, attempts: row.attempts + 1 }));
      }),
    arrived: (number) => writeOne(async (db) => void (await db.deleteFrom(TABLE).where("id", "=", number).execute())),
    failed: (number, attempt, fault, delayMs) =>
      writeOne(async (db) => {
        const result = await db
          .updateTable(TABLE)
          .set({ fault, due_at: delayMs === null ? null : later(delayMs) })
          .where("id", "=", number)
          .where("attempts", "=", attempt)
          .where("due_at", "is not", null)
          .executeTakeFirst();
        return Number(result.numUpdatedRows) === 1;
      }),
    list: async ({ endpoint, state, before, limit }) => {
      let page = reader.selectFrom(TABLE).selectAll();
      if (endpoint !== undefined) page = page.where("endpoint", "=", endpoint);
      if (state !== undefined) page = page.where("due_at", state === "dead" ? "is" : "is not", null);
      if (before !== undefined) page = page.where("id", "<", before);
      return (await page.orderBy("id", "desc").limit(limit).execute()).map(webhookFromRow);
    },
    revive: (which, limit, accompaniment) =>
      write(async (db) => {
        const dead = chosen(db.selectFrom(TABLE).select("id").where("due_at", "is", null), which);
        const rows = await forUpdate(dead.orderBy("id").limit(limit)).execute();
        if (rows.length === 0) return 0;
        const ids = rows.map(({ id }) => id);
        await db.updateTable(TABLE).set({ due_at: now, attempts: 0 }).where("id", "in", ids).execute();
        await accompany(db, accompaniment);
        return ids.length;
      }),
    count: async () => {
      const rows = await reader
        .selectFrom(TABLE)
        .select((row) => ["endpoint", row.fn.countAll().as("all"), row.fn.count("due_at").as("waiting")])
        .groupBy("endpoint")
        .orderBy("endpoint")
        .execute();
      return rows.map(({ endpoint, all, waiting }) => ({
        endpoint,
        waiting: Number(waiting),
        dead: Number(all) - Number(waiting),
      }));
    },
    trim: async (endpoint, most, limit) => {
      const { all } = await reader
        .selectFrom(TABLE)
        .select((row) => row.fn.countAll().as("all"))
        .where("endpoint", "=", endpoint)
        .executeTakeFirstOrThrow();
      const over = Math.min(limit, Number(all) - most);
      if (over <= 0) return 0;
      const oldest = reader.selectFrom(TABLE).select("id").where("endpoint", "=", endpoint).orderBy("id").limit(over);
      return deleteThose((await oldest.execute()).map(({ id }) => id));
    },
  });
}

function chosen<Row>(
  query: SelectQueryBuilder<HufuTables, typeof TABLE, Row>,
  which: DeadLetters,
): SelectQueryBuilder<HufuTables, typeof TABLE, Row> {
  if ("endpoint" in which) return query.where("endpoint", "=", which.endpoint);
  // A database refuses an empty list.
  return query.where("id", "in", which.numbers.length === 0 ? [-1] : [...which.numbers]);
}

function webhookFromRow(row: Omit<WebhookRow, "id"> & { readonly id: number }): StoredWebhook {
  return {
    number: row.id,
    endpoint: row.endpoint,
    messageId: row.message_id,
    event: row.event,
    payload: JSON.parse(row.payload),
    createdAt: row.created_at,
    dueAt: row.due_at,
    attempts: row.attempts,
    fault: row.fault,
  };
}
