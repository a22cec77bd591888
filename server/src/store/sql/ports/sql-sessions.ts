import type { Revocation, Session, SessionOutline } from "../../records.ts";
import {
  CodeTakenError,
  type EndResult,
  type EndTarget,
  type SessionStore,
  type SignInPlan,
  type SignInRequest,
} from "../../sessions.ts";
import { type Db, type SqlDatabase, UniqueViolation } from "../dialect.ts";
import { EVERYBODY } from "../schema.ts";
import type { Statements } from "../statements/prepared/statements.ts";
import { SESSION_COLUMNS, sessionFromRow } from "../statements/sessions/session-row.ts";
import { resolveUser } from "../statements/users/resolve-user.ts";
import { createRefreshes } from "../together/refreshes.ts";

/** Sessions listed at once. */
const LIST_LIMIT = 200;
/** Two first sign-ins may collide where the database lets units overlap: the loser begins again and finds the winner's. */
const SIGN_IN_TRIES = 4;

export function createSqlSessions(database: SqlDatabase, statements: Statements): SessionStore {
  const { accompany, appendToOutbox, facts, findCandidates, policy, sessions, users } = statements;
  const refreshes = createRefreshes(database, statements);

  const signInOnce: SessionStore["signIn"] = (request, plan) =>
    database.write(async (db) => {
      const { pol, now, resets } = await policy.pointAndResets(db);
      const { user, madeUser, conflict, conflictWith, keptBan, rolesChanged } = await resolveUser(
        db,
        users,
        request,
        now,
      );
      const candidates = await findCandidates(db, user.id, request);
      const resetPolOf = (clientId: string): number => Math.max(resets.get(EVERYBODY) ?? 0, resets.get(clientId) ?? 0);
      const planned = plan({ user, madeUser, keptBan, candidates, resetPolOf, pol, now, conflict, conflictWith });
      assertPlanned(planned.insert, request, user.id);

      const told = await endPlanned(db, statements, candidates, planned, now);
      const session = planned.insert;
      await sessions.insert(db, session);
      await accompany(db, planned);
      if (rolesChanged) told.push({ sub: user.id, ver: user.ver, why: "roles_changed" });
      const entries = await appendToOutbox(db, told);
      // Not read again: nobody else has seen the session, the user is held, and a concurrent policy or reset has a higher
      // `pol` than this session, so it still catches this session's tokens.
      return { facts: { session, user, pol, resetPol: resetPolOf(session.clientId), now }, entries };
    });

  const signIn: SessionStore["signIn"] = async (request, plan) => {
    for (let tried = 1; ; tried += 1) {
      try {
        return await signInOnce(request, plan);
      } catch (error) {
        if (!(error instanceof UniqueViolation)) throw error;
        if (error.where === "hufu_sessions.code_hash") throw new CodeTakenError("another session has this code");
        if (tried === SIGN_IN_TRIES) throw error;
      }
    }
  };

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
    signIn,
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

/** Carries out the planned ends of candidates. What has ended at the same moment by itself is left as it is. */
async function endPlanned(
  db: Db,
  { sessions, accompany }: Statements,
  candidates: readonly SessionOutline[],
  plan: SignInPlan,
  now: number,
): Promise<Revocation[]> {
  const told: Revocation[] = [];
  for (const { id, why, by, rule, accompaniment } of plan.end) {
    if (!candidates.some((candidate) => candidate.id === id)) continue;
    if (!(await sessions.endActive(db, id, { why, by, rule, now }))) continue;
    await accompany(db, accompaniment);
    told.push({ sid: id, why });
  }
  return told;
}

function assertPlanned(session: Session, { identity }: SignInRequest, userId: Session["userId"]): void {
  const fits =
    session.userId === userId &&
    session.platform === identity.platform &&
    session.app === identity.app &&
    session.openid === identity.openid &&
    session.status === "active";
  if (!fits) throw new TypeError("signIn: the planned session is not an active one of this identity and its user");
}
