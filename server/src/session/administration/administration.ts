import { type Caller, SYSTEM } from "../../core/caller.ts";
import { parseSessionId, parseUserId, type SessionId, type UserId } from "../../core/ids.ts";
import { assertWellFormed } from "../../core/well-formed.ts";
import type { PolicySnapshot } from "../../store/policy.ts";
import type { Session, User } from "../../store/records.ts";
import type { UserWithIdentities } from "../../store/users.ts";
import type { SessionContext } from "../context.ts";
import { endAllOfUser, endSession } from "../ending/end-sessions.ts";
import { type ResetScope, revokeMany } from "../ending/revoke-many.ts";
import type { KeyDescription } from "../signing-keys/key-ring.ts";
import { removeRole, setRole } from "./administer-roles.ts";
import { banUser, closeUser, makeStale, setUserRoles, unbanUser } from "./administer-users.ts";

/** A user by our own id (`u_…`) or by the host's. */
export type UserRef = UserId | string | { readonly externalId: string | number | bigint };

/** Who does it, for the audit log. Default: `system`. */
export interface By {
  readonly by?: string;
  readonly requestId?: string;
}

/** Who does it and why, for the audit log. */
export interface Because extends By {
  readonly reason: string;
}

/** What the host's own code may do to users, sessions, roles and keys. Each promise resolves when it is durable. */
export interface Administration {
  readonly users: {
    find(user: UserRef): Promise<UserWithIdentities | undefined>;
    /** Gives exactly these roles; the user's tokens are refreshed unseen. */
    setRoles(user: UserRef, roles: readonly string[], by?: By): Promise<User | undefined>;
    /** Ends every session and refuses sign-in until `until` (a `Date`; absent = for good). */
    ban(user: UserRef, ban: { readonly reason: string; readonly until?: Date }, by?: By): Promise<User | undefined>;
    unban(user: UserRef, by?: By): Promise<User | undefined>;
    /** Closes the account (注销). */
    close(user: UserRef, by?: By): Promise<User | undefined>;
  };
  readonly sessions: {
    /** Newest first; ended ones too if asked. */
    list(user: UserRef, options?: { readonly ended?: boolean }): Promise<readonly Session[]>;
    /** Ends one session, why `kicked`. `false` if it had ended or never was. */
    kick(sid: SessionId | string, by?: By | Because): Promise<boolean>;
    /** Ends all of a user's sessions, why `kicked`; answers how many. */
    kickAll(user: UserRef, by?: By | Because): Promise<number>;
  };
  readonly roles: {
    list(): Promise<PolicySnapshot>;
    /** Answers the new policy version. @throws HufuError `conflict` unless `rolesFrom` is `hufu` */
    set(name: string, permissions: readonly string[], by?: By): Promise<number>;
    remove(name: string, by?: By): Promise<number>;
  };
  readonly keys: {
    list(): Promise<readonly KeyDescription[]>;
    rotate(by?: By): Promise<string>;
    revoke(kid: string, by?: By): Promise<boolean>;
  };
  /** A user's roles changed in the host: its tokens are stale, and the host is asked again where it owns roles. */
  stale(user: UserRef, by?: By): Promise<boolean>;
  /**
   * Everybody of one `client_id` must sign in again: at once, whatever their number, and unseen where the mini program
   * signs in silently. Sessions of later sign-ins live. A `client_id` that nobody has is no mistake.
   * @throws TypeError without a reason
   */
  revokeApp(clientId: string, because: Because): Promise<void>;
  /** The same for everybody of this deployment. */
  revokeAll(because: Because): Promise<void>;
}

export function createAdministration(context: SessionContext): Administration {
  const { store } = context;

  async function idOf(user: UserRef): Promise<UserId | undefined> {
    const own = typeof user === "string" ? parseUserId(user) : undefined;
    if (own !== undefined) return own;
    const externalId = typeof user === "string" ? user : user.externalId;
    const text = String(externalId);
    assertWellFormed(text, "externalId");
    return (await store.users.findByExternalId(text))?.user.id;
  }

  async function withUser<Result>(user: UserRef, act: (id: UserId) => Promise<Result>): Promise<Result | undefined> {
    const id = await idOf(user);
    return id === undefined ? undefined : act(id);
  }

  async function revoke(scope: ResetScope, because: Because): Promise<void> {
    const caller = { ...callerOf(because), reason: because.reason };
    // What this node mints next must not be below the reset.
    await context.policy.atLeast(await revokeMany(context, scope, caller));
  }

  const administration: Administration = {
    users: {
      find: (user) => withUser(user, (id) => store.users.find(id)),
      setRoles: (user, roles, by) => withUser(user, (id) => setUserRoles(context, id, roles, callerOf(by))),
      ban: (user, { reason, until }, by) =>
        withUser(user, async (id) => {
          if (typeof reason === "string") assertWellFormed(reason, "reason");
          return banUser(context, id, { reason, until: endOfBan(until) }, callerOf(by));
        }),
      unban: (user, by) => withUser(user, (id) => unbanUser(context, id, callerOf(by))),
      close: (user, by) => withUser(user, (id) => closeUser(context, id, callerOf(by))),
    },
    sessions: {
      async list(user, options) {
        return (await withUser(user, (id) => store.sessions.listOfUser(id, options))) ?? [];
      },
      async kick(sid, by) {
        const id = parseSessionId(sid);
        return id === undefined ? false : endSession(context, id, "kicked", callerOf(by));
      },
      async kickAll(user, by) {
        const ended = await withUser(user, (id) => endAllOfUser(context, id, "kicked", callerOf(by)));
        return ended?.length ?? 0;
      },
    },
    roles: {
      list: context.policy.reload,
      set: async (name, permissions, by) => setRole(context, name, permissions, callerOf(by)),
      remove: async (name, by) => removeRole(context, name, callerOf(by)),
    },
    keys: {
      list: context.keys.list,
      rotate: async (by) => context.keys.rotate(callerOf(by)),
      revoke: async (kid, by) => context.keys.revoke(kid, callerOf(by)),
    },
    async stale(user, by) {
      return (await withUser(user, (id) => makeStale(context, id, callerOf(by)))) !== undefined;
    },
    async revokeApp(clientId, because) {
      assertWellFormed(clientId, "clientId");
      await revoke({ clientId }, because);
    },
    revokeAll: async (because) => revoke({ all: true }, because),
  };
  for (const group of [administration.users, administration.sessions, administration.roles, administration.keys]) {
    Object.freeze(group);
  }
  return administration;
}

function endOfBan(until: Date | undefined): number | null {
  if (until === undefined) return null;
  // An invalid date would be kept as "for good".
  if (Number.isNaN(until.getTime())) throw new TypeError("ban: `until` is no valid date");
  return until.getTime();
}

function callerOf({ by = SYSTEM.by, requestId, reason }: By & Partial<Because> = {}): Caller {
  for (const [name, text] of Object.entries({ by, requestId, reason })) {
    if (typeof text === "string") assertWellFormed(text, name);
  }
  return { by, requestId, reason };
}
