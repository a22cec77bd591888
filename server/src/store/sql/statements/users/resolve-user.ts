import type { CompiledQuery } from "kysely";
import { HufuError } from "../../../../core/errors/errors.ts";
import type { UserId } from "../../../../core/ids.ts";
import type { User } from "../../../records.ts";
import type { SignInFacts, SignInRequest } from "../../../sessions.ts";
import type { Db } from "../../dialect.ts";
import type { Statements } from "../prepared/statements.ts";
import type { SignInReading } from "../sessions/sign-in-reading.ts";
import { keptBan } from "./banned-identities.ts";
import type { UserChanges } from "./user-statements.ts";

/** Looks at most. An identity that goes to another user each time means that something else is wrong. */
const LOOKS_MOST = 8;

/** The user of a sign-in, held until the unit of work ends. */
export interface ResolvedUser {
  readonly user: User;
  readonly madeUser: boolean;
  readonly conflict: SignInFacts["conflict"];
  readonly keptBan: SignInFacts["keptBan"];
  readonly conflictWith: SignInFacts["conflictWith"];
  /** The host named other roles than those stored: tokens of before are stale. */
  readonly rolesChanged: boolean;
  readonly seen: SignInReading;
  /** What has to be written for it. */
  readonly changes: readonly CompiledQuery[];
}

/** A user that is held, and what was read after that. */
interface HeldUser {
  readonly held: User | undefined;
  readonly seen: SignInReading;
}

/**
 * Finds or makes the user of an identity and links what may be linked. An identity that exists never changes its user.
 * A new one goes to the host's user if the host named one, else to the unionid's, else to a new one.
 */
export async function resolveUser(
  db: Db,
  { users, readSignIn }: Pick<Statements, "users" | "readSignIn">,
  request: SignInRequest,
): Promise<ResolvedUser> {
  const { held, seen } = await holdUser(db, { users, readSignIn }, request);
  return { ...settle(users.changes, request, held, seen), keptBan: await banOf(db, request, seen), seen };
}

/** A known identity has a user, whose own ban counts. */
async function banOf(db: Db, { banHashes }: SignInRequest, seen: SignInReading): Promise<SignInFacts["keptBan"]> {
  if (seen.known !== undefined) return null;
  return seen.keptBan === undefined ? keptBan(db, banHashes) : seen.keptBan;
}

/**
 * An identity may go to another user between a look and a lock: what is read once the user is held decides.
 * @throws HufuError `store_unavailable` if it is another one at each look
 */
async function holdUser(
  db: Db,
  { users, readSignIn }: Pick<Statements, "users" | "readSignIn">,
  request: SignInRequest,
): Promise<HeldUser> {
  let held = await users.lockOfIdentity(db, request.identity);
  const banHashes = held === undefined ? request.banHashes : [];
  for (let looks = 0; looks < LOOKS_MOST; looks += 1) {
    const seen = await readSignIn(db, held?.id, { ...request, banHashes });
    const owner = seen.known?.userId ?? seen.hostOwner ?? seen.unionOwner ?? undefined;
    if (owner === held?.id) return { held, seen };
    held = owner === undefined ? undefined : await users.lock(db, owner);
  }
  throw new HufuError("store_unavailable", { retryAfter: 1, detail: "the user of an identity changed at each look" });
}

/** Pure: who it is, and what changes for it. */
function settle(
  changes: UserChanges,
  request: SignInRequest,
  held: User | undefined,
  { known, unionOwner, hostOwner, now }: SignInReading,
): Omit<ResolvedUser, "keptBan" | "seen"> {
  const { identity, clientId, union, sessionKey, host } = request;
  const externalId = host?.externalId ?? null;
  const made: CompiledQuery[] = [];
  // Where the host says that the unionid's user is another one: for a new identity the host decides.
  const isAnother = known === undefined && hostOwner === null && held !== undefined && namesAnother(held, externalId);
  const found = isAnother ? undefined : held;
  const user = found ?? newUser(request, now);
  if (found === undefined) made.push(changes.insert(user));

  // A person has one unionid in a scope: an identity that comes with another one than before links nothing.
  const renamed = union !== null && typeof known?.unionid === "string" && known.unionid !== union.id;
  const unionid = renamed ? known.unionid : (union?.id ?? known?.unionid ?? null);
  const owner = { userId: user.id, clientId, unionid };
  if (known === undefined) made.push(changes.addIdentity(identity, owner, sessionKey));
  else if (known.clientId !== clientId || known.unionid !== unionid) made.push(changes.updateIdentity(identity, owner));
  if (union !== null && unionOwner === null && !renamed) made.push(changes.addUnion(union, user.id));
  const otherOf = (other: UserId | null): UserId | null => (other === user.id ? null : other);
  let conflict: SignInFacts["conflict"] = null;
  let conflictWith: SignInFacts["conflictWith"] = null;
  if (renamed || otherOf(unionOwner) !== null) {
    conflict = "union";
    conflictWith = otherOf(unionOwner);
  }
  if (namesAnother(user, externalId) || otherOf(hostOwner) !== null) {
    conflict = "external_id";
    conflictWith = otherOf(hostOwner);
  }
  if (known !== undefined && sessionKey !== null) made.push(changes.putSessionKey(identity, sessionKey));

  const madeUser = found === undefined;
  const told = madeUser ? user : withHostAnswer(user, host, conflict);
  if (told !== user) made.push(changes.update(told));
  return { user: told, madeUser, conflict, conflictWith, rolesChanged: told.ver !== user.ver, changes: made };
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
