import type { UserId } from "../../../../core/ids.ts";
import type { User } from "../../../records.ts";
import type { SignInFacts, SignInRequest } from "../../../sessions.ts";
import type { Db } from "../../dialect.ts";
import { keptBan } from "./banned-identities.ts";
import type { FoundUser, UserStatements } from "./user-statements.ts";

/** The user of a sign-in, held until the unit of work ends. */
export interface ResolvedUser {
  readonly user: User;
  readonly madeUser: boolean;
  readonly conflict: SignInFacts["conflict"];
  readonly keptBan: SignInFacts["keptBan"];
  readonly conflictWith: SignInFacts["conflictWith"];
  /** The host named other roles than those stored: tokens of before are stale. */
  readonly rolesChanged: boolean;
}

/**
 * Finds or makes the user of an identity and links what may be linked. An identity that exists never changes its user.
 * A new one goes to the host's user if the host named one, else to the unionid's, else to a new one.
 */
export async function resolveUser(
  db: Db,
  users: UserStatements,
  request: SignInRequest,
  now: number,
): Promise<ResolvedUser> {
  const { identity, clientId, union, sessionKey, host } = request;
  const externalId = host?.externalId ?? null;

  const known = await users.ofIdentity(db, identity);
  const ban = known === undefined ? await keptBan(db, request.banHashes) : null;
  const unionOwner = union === null ? undefined : await users.ofUnion(db, union);
  const hostOwner = externalId === null ? undefined : await users.ofExternalId(db, externalId);

  const found = known ?? hostOwner ?? unionOwner;
  let user = found === undefined ? undefined : await users.lock(db, found.userId);
  // Changed between our look and our lock: an identity may have gone to another user, so look again.
  if (found !== undefined && user?.ver !== found.ver) return resolveUser(db, users, request, now);
  let conflict: SignInFacts["conflict"] = null;
  let conflictWith: SignInFacts["conflictWith"] = null;
  if (known === undefined && hostOwner === undefined && user !== undefined && namesAnother(user, externalId)) {
    // The host says that the unionid's user is another one: for a new identity the host decides.
    user = undefined;
  }

  const madeUser = user === undefined;
  if (user === undefined) {
    user = newUser(request, now);
    await users.insert(db, user);
  }
  // A person has one unionid in a scope: an identity that comes with another one than before links nothing.
  const renamed = union !== null && typeof known?.unionid === "string" && known.unionid !== union.id;
  const unionid = renamed ? known.unionid : (union?.id ?? known?.unionid ?? null);
  const madeOrFound = user.id;
  const owner = { userId: madeOrFound, clientId, unionid };
  if (known === undefined) await users.addIdentity(db, identity, owner, sessionKey);
  else if (known.clientId !== clientId || known.unionid !== unionid) await users.updateIdentity(db, identity, owner);
  if (union !== null && unionOwner === undefined && !renamed) await users.addUnion(db, union, user.id);
  const otherOf = (owner: FoundUser | undefined): UserId | null =>
    owner === undefined || owner.userId === madeOrFound ? null : owner.userId;
  if (renamed || otherOf(unionOwner) !== null) {
    conflict = "union";
    conflictWith = otherOf(unionOwner);
  }
  if (namesAnother(user, externalId) || otherOf(hostOwner) !== null) {
    conflict = "external_id";
    conflictWith = otherOf(hostOwner);
  }
  if (known !== undefined && sessionKey !== null) await users.putSessionKey(db, identity, sessionKey);

  const told = madeUser ? user : withHostAnswer(user, host, conflict);
  if (told !== user) await users.update(db, told);
  return { user: told, madeUser, conflict, conflictWith, keptBan: ban, rolesChanged: told.ver !== user.ver };
}

function namesAnother(user: User, externalId: string | null): boolean {
  return externalId !== null && user.externalId !== null && user.externalId !== externalId;
}

function newUser({ newUser: given, host }: SignInRequest, now: number): User {
  return {
    id: given.id,
    externalId: host?.externalId ?? null,
    status: "active",
    ver: 1,
    resolvedVer: host === null ? 0 : 1,
    roles: host?.roles ?? given.roles,
    claims: host?.claims ?? null,
    ban: null,
    createdAt: now,
  };
}

/** What the host was not asked or did not say stays as it is; an answer about another user changes nothing. */
function withHostAnswer(user: User, host: SignInRequest["host"], conflict: SignInFacts["conflict"]): User {
  if (host === null || conflict === "external_id") return user;
  const linked = { ...user, externalId: user.externalId ?? host.externalId };
  // An answer from before the last `stale` call does not count.
  if (host.askedAtVer !== user.ver) return linked;
  const told = host.rolesBind ? host.roles : null;
  const roles = told === null || sameRoles(told, user.roles) ? user.roles : told;
  const ver = roles === user.roles ? user.ver : user.ver + 1;
  return { ...linked, roles, claims: host.claims ?? user.claims, ver, resolvedVer: ver };
}

function sameRoles(one: readonly string[], other: readonly string[]): boolean {
  const left = new Set(one);
  const right = new Set(other);
  return left.size === right.size && [...left].every((role) => right.has(role));
}
