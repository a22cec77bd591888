import type { Caller } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { SessionId, UserId } from "../../core/ids.ts";
import type { AuditFilter } from "../../store/audit.ts";
import type { UserSearch } from "../../store/directory.ts";
import type { PolicySnapshot } from "../../store/policy.ts";
import type { Ban, StoredAuditRecord, User } from "../../store/records.ts";
import type { ListedUser } from "../../store/users.ts";
import type { SessionContext } from "../context.ts";
import { KICK } from "../ending/end-records.ts";
import { endAllOfUser, endSession } from "../ending/end-sessions.ts";
import { type ResetScope, revokeMany } from "../ending/revoke-many.ts";
import { openPhone, phoneHashes } from "../phone-at-rest.ts";
import type { KeyDescription } from "../signing-keys/key-ring.ts";
import { revokeKey } from "./administer-keys.ts";
import { banUser, closeUser, makeStale, noSuchUser, unbanUser } from "./administer-users.ts";
import { type Administrator, type AdministratorToken, confirmAdministrator, mayReadPersonal } from "./administrator.ts";
import { changeRole, dropRole } from "./change-roles.ts";
import { changeUserRoles, type Expectation } from "./change-user-roles.ts";
import { type Counted, createCounting } from "./counted.ts";
import { type ExplainedRequest, explainRequest } from "./explain-request.ts";
import { type ExplainedSession, listSessions } from "./explain-session.ts";
import { listUsers, type UserQuery } from "./find-users.ts";
import { PAGE_MOST, type Page, type PageQuery } from "./page.ts";
import type { RefusalLog } from "./refusal-log.ts";

type Roles = PolicySnapshot["roles"];

/**
 * What administrators may ask over the network (docs/protocol.md §9), without the wire format. Whether they may is asked
 * first, by `confirm`. Refusals are `HufuError`s.
 */
export interface AdministrationCalls {
  confirm(token: AdministratorToken, permission: string, caller: Caller): Promise<Administrator>;
  /** May personal data of these users be answered? It is audited then. */
  mayReadPersonal(administrator: Administrator, subjects: readonly (UserId | undefined)[]): Promise<boolean>;
  findUser(id: UserId): Promise<ListedUser>;
  /** E.164; `null` if none is kept. */
  phoneOf(id: UserId): Promise<string | null>;
  searchUsers(by: UserSearch | { readonly phone: string }): Promise<readonly ListedUser[]>;
  listUsers(query: UserQuery): Promise<Page<ListedUser>>;
  explainRequest(requestId: string): Promise<ExplainedRequest>;
  setUserRoles(
    administrator: Administrator,
    id: UserId,
    roles: readonly string[],
    expects: Expectation<number> | undefined,
  ): Promise<User>;
  makeStale(administrator: Administrator, id: UserId): Promise<User>;
  ban(administrator: Administrator, id: UserId, ban: Ban): Promise<User>;
  unban(administrator: Administrator, id: UserId): Promise<User>;
  close(administrator: Administrator, id: UserId): Promise<User>;
  listSessions(id: UserId, query: PageQuery): Promise<Page<ExplainedSession>>;
  endSessions(administrator: Administrator, id: UserId): Promise<void>;
  endSession(administrator: Administrator, sid: SessionId): Promise<void>;
  roles(): Promise<Roles>;
  setRole(
    administrator: Administrator,
    name: string,
    permissions: readonly string[],
    expects: Expectation<Roles> | undefined,
  ): Promise<Roles>;
  removeRole(administrator: Administrator, name: string, expects: Expectation<Roles> | undefined): Promise<void>;
  keys(): Promise<readonly KeyDescription[]>;
  rotateKey(administrator: Administrator): Promise<string>;
  revokeKey(administrator: Administrator, kid: string): Promise<void>;
  /** Answers the policy version of the reset. @throws HufuError `not_found` for an unknown client id */
  revoke(administrator: Administrator, scope: ResetScope, reason: string): Promise<number>;
  audit(filter: AuditFilter): Promise<readonly StoredAuditRecord[]>;
  counted(): Promise<Counted>;
  /** Epoch ms, by the clock that decides. */
  now(): number;
}

export function createAdministrationCalls(
  context: SessionContext,
  refusals: Pick<RefusalLog, "flush">,
): AdministrationCalls {
  const { store, clock } = context;

  async function findUser(id: UserId): Promise<ListedUser> {
    const [found] = await store.directory.search({ id }, 1);
    if (found === undefined) throw noSuchUser();
    return found;
  }

  async function assertOpen(id: UserId): Promise<void> {
    if ((await findUser(id)).user.status === "closed") throw noSuchUser();
  }

  return Object.freeze<AdministrationCalls>({
    confirm: (token, permission, caller) => confirmAdministrator(context, token, permission, caller),
    mayReadPersonal: (administrator, subjects) => mayReadPersonal(context, administrator, subjects),
    findUser,
    phoneOf: (id) => openPhone(context, id),
    async searchUsers(by) {
      if (!("phone" in by)) return store.directory.search(by, PAGE_MOST);
      const id = await store.phones.findOwner(phoneHashes(context.secrets, by.phone));
      return id === undefined ? [] : store.directory.search({ id }, 1);
    },
    listUsers: (query) => listUsers(store, query),
    async explainRequest(requestId) {
      // It may wait here to be written.
      await refusals.flush();
      return explainRequest(store, requestId, clock.now());
    },
    setUserRoles: (administrator, id, roles, expects) => changeUserRoles(context, administrator, id, roles, expects),
    makeStale: ({ caller }, id) => makeStale(context, id, caller),
    ban: ({ caller }, id, ban) => banUser(context, id, ban, caller),
    unban: ({ caller }, id) => unbanUser(context, id, caller),
    close: ({ caller }, id) => closeUser(context, id, caller),
    async listSessions(id, query) {
      return listSessions(store, (await findUser(id)).user, clock.now(), query);
    },
    async endSessions({ caller }, id) {
      await assertOpen(id);
      await endAllOfUser(context, id, KICK, caller);
    },
    async endSession({ caller }, sid) {
      if (await endSession(context, sid, KICK, caller)) return;
      // It has ended before: that is what was asked for.
      if ((await store.sessions.findForMint(sid)) === undefined) throw new HufuError("not_found");
    },
    roles: async () => (await context.policy.reload()).roles,
    setRole: (administrator, name, permissions, expects) =>
      changeRole(context, administrator, name, permissions, expects),
    removeRole: (administrator, name, expects) => dropRole(context, administrator, name, expects),
    keys: context.keys.list,
    rotateKey: ({ caller }) => context.keys.rotate(caller),
    revokeKey: (administrator, kid) => revokeKey(context, administrator, kid),
    async revoke({ caller }, scope, reason) {
      const isKnown =
        "all" in scope ||
        (await context.findApp(scope.clientId)) !== undefined ||
        context.findClient(scope.clientId) !== undefined;
      if (!isKnown) throw new HufuError("not_found", { detail: "nobody has this client_id" });
      const pol = await revokeMany(context, scope, { ...caller, reason });
      // What this node mints next must not be below the reset.
      await context.policy.atLeast(pol);
      return pol;
    },
    audit: (filter) => store.audit.list(filter),
    counted: createCounting(store.directory, clock),
    now: () => clock.now(),
  });
}
