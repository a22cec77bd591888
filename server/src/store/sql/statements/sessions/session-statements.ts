import { type CompiledQuery, sql } from "kysely";
import type { EndRule, EndWhy } from "../../../../core/errors/reasons.ts";
import type { SessionId, UserId } from "../../../../core/ids.ts";
import type { Session } from "../../../records.ts";
import type { Db, Differences } from "../../dialect.ts";
import type { SessionRow } from "../../schema.ts";
import { changed, prepare } from "../prepared/prepared.ts";
import { CHANGING_COLUMNS, rowFromSession, SESSION_COLUMNS, sessionFromRow } from "./session-row.ts";

/** How sessions end: for which reason, by whom, when. */
export interface Ending {
  readonly why: EndWhy;
  readonly by: string;
  readonly rule: EndRule | null;
  readonly now: number;
}

/** The prepared statements about sessions. */
export interface SessionStatements {
  /** The statement that writes a new one. */
  insertOf(session: Session): CompiledQuery;
  /** Did the row still have the version before `next`'s, and was it active? */
  compareAndSet(db: Db, next: Session): Promise<boolean>;
  /** Reads an active session and holds it. */
  lockActive(db: Db, id: SessionId): Promise<Session | undefined>;
  /** Reads a user's active sessions, oldest first, and holds them. */
  lockActiveOfUser(db: Db, userId: UserId): Promise<readonly Session[]>;
  /** Ends sessions that are held and active; answers them as they are then. */
  end(db: Db, sessions: readonly Session[], ending: Ending): Promise<readonly Session[]>;
  /** The statement that ends a session which is not held: it changes one row if the session was active. */
  endActiveOf(id: SessionId, ending: Ending): CompiledQuery;
}

export function prepareSessionStatements(db: Db, differences: Differences): SessionStatements {
  const insert = prepare<SessionRow, unknown>(SESSION_COLUMNS, (values) =>
    db.insertInto("hufu_sessions").values(values),
  );
  type Change = Pick<SessionRow, (typeof CHANGING_COLUMNS)[number] | "id">;
  const compareAndSet = prepare<Change, unknown>([...CHANGING_COLUMNS, "id"], ({ id, ...values }) =>
    db
      .updateTable("hufu_sessions")
      .set(values)
      .where("id", "=", id)
      .where("version", "=", sql<number>`${values.version} - 1`)
      .where("status", "=", "active"),
  );
  const active = db.selectFrom("hufu_sessions").select(SESSION_COLUMNS).where("status", "=", "active");
  const lockActive = prepare<Pick<SessionRow, "id">, SessionRow>(["id"], ({ id }) =>
    differences.forUpdate(active.where("id", "=", id)),
  );
  const lockActiveOfUser = prepare<Pick<SessionRow, "user_id">, SessionRow>(["user_id"], ({ user_id }) =>
    differences.forUpdate(active.where("user_id", "=", user_id).orderBy("created_at").orderBy("id")),
  );
  type End = Pick<SessionRow, "id" | "end_why" | "ended_at" | "ended_by" | "end_rule" | "version" | "clock">;
  const end = prepare<End, unknown>(
    ["id", "end_why", "ended_at", "ended_by", "end_rule", "version", "clock"],
    ({ id, ...values }) =>
      db
        .updateTable("hufu_sessions")
        .set({ ...values, status: "ended" })
        .where("id", "=", id)
        .where("status", "=", "active"),
  );
  const endActive = prepare<Pick<SessionRow, "id" | "end_why" | "ended_at" | "ended_by" | "end_rule">, unknown>(
    ["id", "end_why", "ended_at", "ended_by", "end_rule"],
    ({ id, ...values }) =>
      db
        .updateTable("hufu_sessions")
        .set({
          ...values,
          status: "ended",
          version: sql<number>`version + 1`,
          clock: sql<number>`case when clock > ${values.ended_at} then clock else ${values.ended_at} end`,
        })
        .where("id", "=", id)
        .where("status", "=", "active"),
  );

  return Object.freeze<SessionStatements>({
    insertOf: (session) => insert.bound(rowFromSession(session)),
    compareAndSet: async (open, next) => changed(await compareAndSet(open, rowFromSession(next))) === 1,
    lockActive: async (open, id) => {
      const [row] = (await lockActive(open, { id })).rows;
      return row === undefined ? undefined : sessionFromRow(row);
    },
    lockActiveOfUser: async (open, userId) =>
      (await lockActiveOfUser(open, { user_id: userId })).rows.map(sessionFromRow),
    end: async (open, sessions, { why, by, rule, now }) => {
      const ended = sessions.map(
        (session): Session => ({
          ...session,
          status: "ended",
          endWhy: why,
          endedAt: now,
          endedBy: by,
          endRule: rule,
          version: session.version + 1,
          clock: Math.max(session.clock, now),
        }),
      );
      for (const { id, version, clock } of ended) {
        await end(open, { id, end_why: why, ended_at: now, ended_by: by, end_rule: rule, version, clock });
      }
      return ended;
    },
    endActiveOf: (id, { why, by, rule, now }) =>
      endActive.bound({ id, end_why: why, ended_at: now, ended_by: by, end_rule: rule }),
  });
}
