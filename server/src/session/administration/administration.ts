import { checkMembers, mistaken } from "../../core/arguments.ts";
import type { UserId } from "../../core/ids.ts";
import type { UserSearch } from "../../store/directory.ts";
import type { PolicySnapshot } from "../../store/policy.ts";
import type { Session, User } from "../../store/records.ts";
import type { ListedUser, UserWithIdentities } from "../../store/users.ts";
import { checkSessionId } from "../check-input.ts";
import type { AdministrationContext, SessionContext } from "../context.ts";
import { KICK } from "../ending/end-records.ts";
import { endAllOfUser, endSession } from "../ending/end-sessions.ts";
import { type ResetScope, revokeMany } from "../ending/revoke-many.ts";
import type { KeyDescription } from "../signing-keys/key-ring.ts";
import { administerMoves, type MoveAdministration } from "./administer-moves.ts";
import { removeRole, setRole } from "./administer-roles.ts";
import { banUser, closeUser, makeStale, noSuchUser, setUserRoles, unbanUser } from "./administer-users.ts";
import {
  type Because,
  type By,
  checkBan,
  checkBecause,
  checkBy,
  checkByOrBecause,
  checkClientId,
  checkKid,
  checkRoles,
  checkSeen,
  checkUser,
  type UserRef,
} from "./check-arguments.ts";
import { checkPageQuery, checkSearch, checkUserQuery } from "./check-queries.ts";
import { type ExplainedSession, listSessions } from "./explain-session.ts";
import { listUsers, type UserQuery } from "./find-users.ts";
import { PAGE_MOST, type Page, type PageQuery } from "./page.ts";

/**
 * What a back end's own code may do to users, sessions, roles and keys. Each promise resolves when it is durable.
 *
 * A wrong argument is a `TypeError` that names it and what was given. A user that does not exist is a `HufuError` with the
 * reason `not_found`; only `users.find` answers `undefined`.
 */
export interface Administration {
  readonly users: MoveAdministration & {
    find(user: UserRef): Promise<UserWithIdentities | undefined>;
    /** Those whom it fits, 200 at most: an openid may be known in several apps. */
    search(by: UserSearch): Promise<readonly ListedUser[]>;
    /** Newest first; with the status `banned` by the beginning of the ban. */
    list(query?: UserQuery): Promise<Page<ListedUser>>;
    /**
     * Gives exactly these roles, which must exist; the user's tokens are refreshed unseen.
     * @param seen the user as it was read; if it has changed since, nothing changes. Default: any version
     * @throws HufuError `precondition_failed` if `ver` is another one by now
     */
    setRoles(
      user: UserRef,
      roles: readonly string[],
      by?: By | Because,
      seen?: { readonly ver: number },
    ): Promise<User>;
    /** Ends every session and refuses sign-in until `until` (a `Date` in the future; absent = for good). */
    ban(user: UserRef, ban: { readonly reason: string; readonly until?: Date | undefined }, by?: By): Promise<User>;
    unban(user: UserRef, by?: By | Because): Promise<User>;
    /** Closes the account (注销). A ban in force outlives it; `unban` lifts it then too. */
    close(user: UserRef, by?: By | Because): Promise<User>;
  };
  readonly sessions: {
    /** Newest first; ended ones too if asked. */
    list(user: UserRef, options?: { readonly ended?: boolean | undefined }): Promise<readonly Session[]>;
    /** Newest first, ended ones too for as long as they are kept, each with how it ended. */
    page(user: UserRef, query?: PageQuery): Promise<Page<ExplainedSession>>;
    /** Ends one session, why `kicked`. `false` if it had ended or never was. */
    kick(sid: string, by?: By | Because): Promise<boolean>;
    /** Ends all of a user's sessions, why `kicked`; answers how many. An account that was closed has none: `not_found`. */
    kickAll(user: UserRef, by?: By | Because): Promise<number>;
  };
  readonly roles: {
    list(): Promise<PolicySnapshot>;
    /** Answers the new policy version. @throws HufuError `conflict` unless `rolesFrom` is `hufu` */
    set(name: string, permissions: readonly string[], by?: By | Because): Promise<number>;
    /** Answers the new policy version. @throws HufuError `not_found` if there is no such role */
    remove(name: string, by?: By | Because): Promise<number>;
  };
  readonly keys: {
    list(): Promise<readonly KeyDescription[]>;
    rotate(by?: By): Promise<string>;
    revoke(kid: string, by?: By): Promise<boolean>;
  };
  /** A user's roles changed in your back end: its tokens are stale, and `resolveUser` is asked again where it owns roles. */
  stale(user: UserRef, by?: By): Promise<User>;
  /**
   * All users of one `client_id` must sign in again: at once, for any number of users, and unseen where the mini program
   * signs in silently. Sessions of later sign-ins live. An unknown `client_id` is not an error.
   * @throws TypeError without a reason
   */
  revokeApp(clientId: string, because: Because): Promise<void>;
  /** The same for all users of this deployment. */
  revokeAll(because: Because): Promise<void>;
}

/** All but what signs tokens: what a command line has, too. */
export type PeopleAdministration = Omit<Administration, "keys">;

export function createAdministration(context: SessionContext): Administration {
  const keys: Administration["keys"] = {
    list: context.keys.list,
    async rotate(by) {
      return context.keys.rotate(checkBy(by));
    },
    async revoke(kid, by) {
      return context.keys.revoke(checkKid(kid), checkBy(by));
    },
  };
  return { ...administerPeople(context), keys: Object.freeze(keys) };
}

export function administerPeople(context: AdministrationContext): PeopleAdministration {
  const { store } = context;

  async function find(user: UserRef): Promise<UserWithIdentities | undefined> {
    const named = checkUser(user);
    return "own" in named ? store.users.find(named.own) : store.users.findByExternalId(named.externalId);
  }

  async function idOf(user: UserRef): Promise<UserId> {
    const found = await find(user);
    if (found === undefined) throw noSuchUser();
    return found.user.id;
  }

  async function idOfOpen(user: UserRef): Promise<UserId> {
    const found = await find(user);
    if (found === undefined || found.user.status === "closed") throw noSuchUser();
    return found.user.id;
  }

  async function revoke(scope: ResetScope, because: Because): Promise<void> {
    // What this node mints next must not be below the reset.
    await context.policy.atLeast(await revokeMany(context, scope, checkBecause(because)));
  }

  const administration: PeopleAdministration = {
    users: {
      find,
      async search(by) {
        return store.directory.search(checkSearch(by), PAGE_MOST);
      },
      async list(query = {}) {
        return listUsers(store, checkUserQuery(query));
      },
      async setRoles(user, roles, by, seen) {
        const [names, caller, ver] = [checkRoles(roles), checkByOrBecause(by), checkSeen(seen)];
        return setUserRoles(context, await idOf(user), names, caller, ver);
      },
      async ban(user, ban, by) {
        const [checked, caller] = [checkBan(ban, context.clock.now()), checkBy(by)];
        return banUser(context, await idOf(user), checked, caller);
      },
      async unban(user, by) {
        const caller = checkByOrBecause(by);
        return unbanUser(context, await idOf(user), caller);
      },
      async close(user, by) {
        const caller = checkByOrBecause(by);
        return closeUser(context, await idOf(user), caller);
      },
      ...administerMoves(context, idOf),
    },
    sessions: {
      async list(user, options = {}) {
        const { ended = false } = checkMembers("options", options, ["ended"]);
        if (typeof ended !== "boolean") throw mistaken("options.ended", "true or false", ended);
        return store.sessions.listOfUser(await idOf(user), { ended });
      },
      async page(user, query = {}) {
        const checked = checkPageQuery("query", query);
        const found = await find(user);
        if (found === undefined) throw noSuchUser();
        return listSessions(store, found.user, context.clock.now(), checked);
      },
      async kick(sid, by) {
        return endSession(context, checkSessionId("sid", sid), KICK, checkByOrBecause(by));
      },
      async kickAll(user, by) {
        const caller = checkByOrBecause(by);
        return (await endAllOfUser(context, await idOfOpen(user), KICK, caller)).length;
      },
    },
    roles: {
      list: context.policy.reload,
      async set(name, permissions, by) {
        return setRole(context, name, permissions, checkByOrBecause(by));
      },
      async remove(name, by) {
        return removeRole(context, name, checkByOrBecause(by));
      },
    },
    async stale(user, by) {
      const caller = checkBy(by);
      return makeStale(context, await idOf(user), caller);
    },
    async revokeApp(clientId, because) {
      return revoke({ clientId: checkClientId(clientId) }, because);
    },
    async revokeAll(because) {
      return revoke({ all: true }, because);
    },
  };
  for (const group of [administration.users, administration.sessions, administration.roles]) {
    Object.freeze(group);
  }
  return administration;
}
