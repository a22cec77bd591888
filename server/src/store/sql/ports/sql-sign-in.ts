import { CodeTakenError, type SessionStore, type SignInRequest } from "../../sessions.ts";
import { type Db, type SqlDatabase, UniqueViolation } from "../dialect.ts";
import { EVERYBODY } from "../schema.ts";
import type { Statements } from "../statements/prepared/statements.ts";
import {
  createSignInChanges,
  EndedMeanwhileError,
  type SignInChanges,
} from "../statements/sessions/sign-in-changes.ts";
import { resolveUser } from "../statements/users/resolve-user.ts";

/** Two first sign-ins may collide where the database lets units overlap: the loser begins again and finds the winner's. */
const SIGN_IN_TRIES = 4;

/** `SessionStore.signIn`: hold the user in one statement, read in the next, then write (docs/decisions/0060). */
export function createSqlSignIn(database: SqlDatabase, statements: Statements): SessionStore["signIn"] {
  const { together, stepwise } = createSignInChanges(database, statements);

  const signInOnce = async (
    db: Db,
    write: SignInChanges,
    ...[request, plan]: Parameters<SessionStore["signIn"]>
  ): ReturnType<SessionStore["signIn"]> => {
    const resolved = await resolveUser(db, statements, request);
    const { user, madeUser, keptBan, conflict, conflictWith, seen } = resolved;
    const { pol, now, resets } = seen;
    const isOfIdentity = ({ platform, app, openid }: SignInRequest["identity"]): boolean =>
      platform === request.identity.platform && app === request.identity.app && openid === request.identity.openid;
    const candidates = madeUser ? seen.candidates.filter(isOfIdentity) : seen.candidates;
    const resetPolOf = (clientId: string): number => Math.max(resets.get(EVERYBODY) ?? 0, resets.get(clientId) ?? 0);
    const planned = plan({ user, madeUser, keptBan, candidates, resetPolOf, pol, now, conflict, conflictWith });
    assertPlanned(planned.insert, request, user.id);
    const session = planned.insert;
    const entries = await write(db, resolved, {
      ...planned,
      end: planned.end.filter(({ id }) => candidates.some((candidate) => candidate.id === id)),
    });
    // Not read again: no other call has seen the session, the user is held, and a concurrent policy or reset has a higher
    // `pol` than this session, so it still catches this session's tokens.
    return { facts: { session, user, pol, resetPol: resetPolOf(session.clientId), now }, entries };
  };

  return async (request, plan) => {
    let write = together;
    for (let tried = 1; ; tried += 1) {
      try {
        return await database.write((db) => signInOnce(db, write, request, plan));
      } catch (error) {
        if (error instanceof EndedMeanwhileError) {
          write = stepwise;
          continue;
        }
        if (!(error instanceof UniqueViolation)) throw error;
        if (error.where === "hufu_sessions.code_hash") throw new CodeTakenError("another session has this code");
        if (tried === SIGN_IN_TRIES) throw error;
      }
    }
  };
}

function assertPlanned(
  session: Parameters<Statements["sessions"]["insertOf"]>[0],
  { identity }: SignInRequest,
  userId: typeof session.userId,
): void {
  const fits =
    session.userId === userId &&
    session.platform === identity.platform &&
    session.app === identity.app &&
    session.openid === identity.openid &&
    session.status === "active";
  if (!fits) throw new TypeError("signIn: the planned session is not an active one of this identity and its user");
}
