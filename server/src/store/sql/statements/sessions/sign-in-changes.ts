import type { Revocation, RevocationEntry } from "../../../records.ts";
import type { SignInPlan } from "../../../sessions.ts";
import type { Db, SqlDatabase } from "../../dialect.ts";
import { changed } from "../prepared/prepared.ts";
import type { Statements } from "../prepared/statements.ts";
import type { ResolvedUser } from "../users/resolve-user.ts";

/** Carries out what a sign-in has planned; answers its entries of the outbox. */
export type SignInChanges = (db: Db, resolved: ResolvedUser, plan: SignInPlan) => Promise<readonly RevocationEntry[]>;

/** A session that was to end has ended by itself: nothing of this unit may be kept. */
export class EndedMeanwhileError extends Error {
  override readonly name = "EndedMeanwhileError";
}

/** Each number of ends and of records is a statement of its own that connections keep prepared: these are few. */
const ENDS_MOST = 4;
const CHANGES_MOST = 24;

export interface WaysOfWriting {
  /** In one message where the database can; else as `stepwise`. @throws EndedMeanwhileError */
  readonly together: SignInChanges;
  /** One statement after the other. What has ended by itself is left as it is, and nothing is written about its end. */
  readonly stepwise: SignInChanges;
}

export function createSignInChanges({ sendTogether }: SqlDatabase, statements: Statements): WaysOfWriting {
  const { sessions, accompany, appendToOutbox } = statements;

  const stepwise: SignInChanges = async (db, resolved, plan) => {
    const { now } = resolved.seen;
    for (const change of resolved.changes) await db.executeQuery(change);
    const told: Revocation[] = [];
    for (const { id, why, by, rule, accompaniment } of plan.end) {
      if (changed(await db.executeQuery(sessions.endActiveOf(id, { why, by, rule, now }))) === 0) continue;
      await accompany(db, accompaniment);
      told.push({ sid: id, why });
    }
    await db.executeQuery(sessions.insertOf(plan.insert));
    await accompany(db, plan);
    return appendToOutbox(db, [...told, ...staleTokens(resolved)]);
  };

  const together: SignInChanges = async (db, resolved, plan) => {
    const { now } = resolved.seen;
    const ends = plan.end.map(({ id, why, by, rule }) => sessions.endActiveOf(id, { why, by, rule, now }));
    const changes = [
      ...resolved.changes,
      ...plan.end.flatMap(({ accompaniment }) => accompany.changes(accompaniment)),
      sessions.insertOf(plan.insert),
      ...accompany.changes(plan),
    ];
    const isFew = ends.length <= ENDS_MOST && changes.length <= CHANGES_MOST;
    const told = [...plan.end.map(({ id, why }): Revocation => ({ sid: id, why })), ...staleTokens(resolved)];
    const bodies = told.map((revocation) => JSON.stringify(revocation));
    const done = isFew ? await sendTogether?.(db, { ends, changes, bodies }) : undefined;
    if (done === undefined) return stepwise(db, resolved, plan);
    if (done.ended !== ends.length) throw new EndedMeanwhileError("a session ended between a look and a change");
    const { reached, until } = done;
    if (told.length === 0) return [];
    if (reached === null || until === null) throw new TypeError("a row of hufu_counters is missing");
    return told.map((revocation, index) => ({ number: reached - told.length + 1 + index, revocation, until }));
  };

  return { together, stepwise };
}

/** The host has named other roles: tokens of before are stale. */
function staleTokens({ rolesChanged, user }: ResolvedUser): readonly Revocation[] {
  return rolesChanged ? [{ sub: user.id, ver: user.ver, why: "roles_changed" }] : [];
}
