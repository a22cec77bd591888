import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from "kysely";
import type { PurgeStore } from "../../purge.ts";
import type { SqlDatabase } from "../dialect.ts";
import type { HufuTables } from "../schema.ts";
import { purgeChain } from "../statements/audit/purge-chain.ts";

/**
 * Keys are read first and deleted by name, with the condition said again: MySQL deletes from no table that a subquery
 * reads, and a lock is held only on what goes.
 */
export function createSqlPurge(database: SqlDatabase): PurgeStore {
  const { reader, writeOne, differences } = database;
  const before = (ms: number): RawBuilder<number> => sql<number>`${differences.now} - ${ms}`;

  async function deleteIds(
    table: "hufu_webhooks" | "hufu_deliveries",
    rows: readonly { readonly id: number }[],
  ): Promise<number> {
    if (rows.length === 0) return 0;
    const ids = rows.map(({ id }) => id);
    const [result] = await writeOne((db) => db.deleteFrom(table).where("id", "in", ids).execute());
    return Number(result?.numDeletedRows ?? 0n);
  }

  return Object.freeze<PurgeStore>({
    sessions: async (keptMs, limit, after) => {
      const over = overBefore(before(keptMs));
      let page = reader
        .selectFrom("hufu_sessions")
        .select(["id", (row) => row.case().when(over(row)).then(sql.lit(1)).else(sql.lit(0)).end().as("is_over")]);
      if (after !== null) page = page.where("id", ">", after);
      const rows = await page.orderBy("id").limit(limit).execute();
      const ids = rows.filter(({ is_over }) => is_over === 1).map(({ id }) => id);
      const next = rows.length < limit ? null : (rows.at(-1)?.id ?? null);
      if (ids.length === 0) return { purged: 0, next };
      const [result] = await writeOne((db) =>
        db.deleteFrom("hufu_sessions").where("id", "in", ids).where(over).execute(),
      );
      return { purged: Number(result?.numDeletedRows ?? 0n), next };
    },

    revocations: async (keptMs, limit) => {
      const past = before(keptMs);
      const rows = await reader
        .selectFrom("hufu_revocations")
        .select("number")
        .where("until", "<", past)
        .orderBy("until")
        .limit(limit)
        .execute();
      if (rows.length === 0) return 0;
      const numbers = rows.map(({ number }) => number);
      const [result] = await writeOne((db) =>
        db.deleteFrom("hufu_revocations").where("number", "in", numbers).where("until", "<", past).execute(),
      );
      return Number(result?.numDeletedRows ?? 0n);
    },

    audit: (keptMs, limit) => purgeChain(database, before(keptMs), limit),

    tickets: async (keptMs, limit) => {
      const past = before(keptMs);
      const rows = await reader
        .selectFrom("hufu_tickets")
        .select("jti")
        .where("redeemed_at", "<", past)
        .orderBy("redeemed_at")
        .limit(limit)
        .execute();
      if (rows.length === 0) return 0;
      const ids = rows.map(({ jti }) => jti);
      const [result] = await writeOne((db) =>
        db.deleteFrom("hufu_tickets").where("jti", "in", ids).where("redeemed_at", "<", past).execute(),
      );
      return Number(result?.numDeletedRows ?? 0n);
    },

    webhooks: async (keptMs, limit) => {
      const past = before(keptMs);
      const old = await reader
        .selectFrom("hufu_webhooks")
        .select("id")
        .where("created_at", "<", past)
        .orderBy("created_at")
        .limit(limit)
        .execute();
      // A delivery that a process has a hook for is never due for long: a failure makes it due later.
      const unwanted = await reader
        .selectFrom("hufu_deliveries")
        .select("id")
        .where("due_at", "<", past)
        .orderBy("due_at")
        .limit(limit)
        .execute();
      const gone = [await deleteIds("hufu_webhooks", old), await deleteIds("hufu_deliveries", unwanted)];
      return gone.reduce((sum, one) => sum + one, 0);
    },

    count: async ({ sessionsMs, revocationsMs, auditMs, ticketsMs, webhooksMs }) => {
      const [sessions, revocations, audit, tickets, webhooks, deliveries] = await Promise.all([
        reader
          .selectFrom("hufu_sessions")
          .select((row) => row.fn.countAll().as("count"))
          .where(overBefore(before(sessionsMs)))
          .executeTakeFirstOrThrow(),
        reader
          .selectFrom("hufu_revocations")
          .select((row) => row.fn.countAll().as("count"))
          .where("until", "<", before(revocationsMs))
          .executeTakeFirstOrThrow(),
        reader
          .selectFrom("hufu_audit_chain")
          .select((row) => row.fn.countAll().as("count"))
          .where("at", "<", before(auditMs))
          .executeTakeFirstOrThrow(),
        reader
          .selectFrom("hufu_tickets")
          .select((row) => row.fn.countAll().as("count"))
          .where("redeemed_at", "<", before(ticketsMs))
          .executeTakeFirstOrThrow(),
        reader
          .selectFrom("hufu_webhooks")
          .select((row) => row.fn.countAll().as("count"))
          .where("created_at", "<", before(webhooksMs))
          .executeTakeFirstOrThrow(),
        reader
          .selectFrom("hufu_deliveries")
          .select((row) => row.fn.countAll().as("count"))
          .where("due_at", "<", before(webhooksMs))
          .executeTakeFirstOrThrow(),
      ]);
      return {
        sessions: Number(sessions.count),
        revocations: Number(revocations.count),
        audit: Number(audit.count),
        tickets: Number(tickets.count),
        webhooks: Number(webhooks.count) + Number(deliveries.count),
      };
    },
  });
}

/** Ended before this instant, or expired before it without being marked as ended. */
function overBefore(
  instant: RawBuilder<number>,
): (row: ExpressionBuilder<HufuTables, "hufu_sessions">) => Expression<SqlBool> {
  return (row) =>
    row.or([
      row.and([row("status", "=", "ended"), row("ended_at", "<", instant)]),
      row.and([
        row("status", "=", "active"),
        row.or([row("idle_until", "<", instant), row("absolute_until", "<", instant)]),
      ]),
    ]);
}
