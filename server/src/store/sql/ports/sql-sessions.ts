import type { Revocation, Session } from "../../records.ts";
import type { EndResult, EndTarget, SessionStore } from "../../sessions.ts";
import type { Db, SqlDatabase } from "../dialect.ts";
import type { Statements } from "../statements/prepared/statements.ts";
import { SESSION_COLUMNS, sessionFromRow } from "../statements/sessions/session-row.ts";
import type { Refreshes } from "../together/refreshes.ts";
import { createSqlSignIn } from "./sql-sign-in.ts";

/** Sessions listed at once. */
const LIST_LIMIT = 200;

export function createSqlSessions(database: SqlDatabase, statements: Statements, refreshes: Refreshes): SessionStore {
  const { accompany, appendToOutbox, facts, policy, sessions, users } = statements;

  const find = (db: Db, target: EndTarget): Promise<readonly Session[]> =>
    "sid" in target ? findOne(db, target) : findOfUser(db, target);
  const findOne = async (
    db: Db,
    { sid, ofUser }: Extract<EndTarget, { sid: unknown }>,
  ): Promise<readonly Session[]> => {
    const session = await sessions.lockActive(db, sid);
    return session === undefined || (ofUser !== undefined && session.userId !== ofUser) ? [] : [session];
  };
  const findOfUser = async (
    db: Db,
    { userId, except }: Extract<EndTarget, { userId: unknown }>,
  ): Promise<readonly Session[]> => {
    await users.lock(db, userId);
    return (await sessions.lockActiveOfUser(db, userId)).filter((session) => session.id !== except);
  };

  return Object.freeze<SessionStore>({
    signIn: createSqlSignIn(database, statements),
    findForMint: refreshes.find,
    findByCode: (codeHash) => facts.findByCode(database.reader, codeHash),

    compareAndSet: async (next, accompaniment) => {
      if (next.status !== "active") {
        throw new TypeError("compareAndSet: a session is ended by `end`, which also tells verifiers");
      }
      // A refresh has no accompaniment, and there are thousands a second.
      if (accompaniment === undefined) return refreshes.compareAndSet(next);
      return database.write(async (db) => {
        const done = await sessions.compareAndSet(db, next);
        if (done) await accompany(db, accompaniment);
        return done;
      });
    },

    end: (target, { why, by, rule = null }, describe) =>
      database.write(async (db): Promise<EndResult> => {
        const found = await find(db, target);
        if (found.length === 0) return { ended: [], entries: [] };
        const { now } = await policy.point(db);
        const ended = await sessions.end(db, found, { why, by, rule, now });
        for (const session of ended) await accompany(db, describe(session));
        return { ended, entries: await appendToOutbox(db, ended.map(entryOfEnd)) };
      }),

    listOfUser: async (userId, options) => {
      let query = database.reader.selectFrom("hufu_sessions").select(SESSION_COLUMNS).where("user_id", "=", userId);
      if (options?.ended !== true) {
        const { now } = database.differences;
        query = query.where("status", "=", "active").where("idle_until", ">", now).where("absolute_until", ">", now);
      }
      const rows = await query.orderBy("created_at", "desc").orderBy("id", "desc").limit(LIST_LIMIT).execute();
      return rows.map(sessionFromRow);
    },
  });
}

/** The entry by which verifiers learn that a session ended. */
function entryOfEnd(session: Session): Revocation {
  return { sid: session.id, why: session.endWhy ?? "expired" };
}
