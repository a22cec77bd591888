import type { UserId } from "../../../core/ids.ts";
import type { ImportedUser, ImportOutcome, OwedEdits } from "../../import.ts";
import type { Ban, IdentityKey, User } from "../../records.ts";
import { type ImportFacts, identityKey, unionKey } from "./import-facts.ts";
import { ownerOf, refusalOf, rolesTogether } from "./import-refusal.ts";

/** What an import writes, and what became of each. */
export interface ImportPlan {
  readonly outcomes: readonly ImportOutcome[];
  readonly users: readonly User[];
  readonly identities: readonly (IdentityKey & {
    readonly clientId: string;
    readonly userId: UserId;
    readonly unionid: string | null;
  })[];
  /** Identities whose unionid was not known. */
  readonly named: readonly (IdentityKey & { readonly unionid: string })[];
  readonly unions: readonly { readonly scope: string; readonly unionid: string; readonly userId: UserId }[];
  readonly phones: readonly { readonly userId: UserId; readonly hash: string; readonly sealed: string }[];
  readonly externalIds: readonly { readonly userId: UserId; readonly externalId: string }[];
  /** Users who exist and are changed, each as it was read: it must be so still when it is held. */
  readonly touched: readonly Pick<User, "id" | "ver">[];
}

type Growing<List> = List extends readonly (infer Item)[] ? Item[] : never;

const NOTHING_OWED: OwedEdits = Object.freeze({ roles: null, ban: null });

/** Pure: goes through those who are imported, each seeing what those before it have made. */
export function planImport(imported: readonly ImportedUser[], facts: ImportFacts): ImportPlan {
  const known = {
    ...facts,
    identities: new Map(facts.identities),
    unions: new Map(facts.unions),
    externalIds: new Map(facts.externalIds),
    users: new Map(facts.users),
    phoneOwners: new Map(facts.phoneOwners),
    havePhone: new Set(facts.havePhone),
  } satisfies ImportFacts;
  const made = new Set<UserId>();
  const touched = new Map<UserId, User>();
  const identities: Growing<ImportPlan["identities"]> = [];
  const named: Growing<ImportPlan["named"]> = [];
  const unions: Growing<ImportPlan["unions"]> = [];
  const phones: Growing<ImportPlan["phones"]> = [];
  const externalIds: Growing<ImportPlan["externalIds"]> = [];

  /** Adds what the user lacks. Did it lack anything? */
  function add({ identity, clientId, union, externalId, phone }: ImportedUser, userId: UserId): boolean {
    const before = identities.length + named.length + unions.length + phones.length + externalIds.length;
    const linked = known.identities.get(identityKey(identity));
    const unionid = union?.id ?? null;
    if (linked === undefined) identities.push({ ...identity, clientId, userId, unionid });
    else if (unionid !== null && linked.unionid === null) named.push({ ...identity, unionid });
    known.identities.set(identityKey(identity), { userId, unionid: linked?.unionid ?? unionid });
    if (union !== null && !known.unions.has(unionKey(union))) {
      unions.push({ scope: union.scope, unionid: union.id, userId });
      known.unions.set(unionKey(union), userId);
    }
    if (externalId !== null && !known.externalIds.has(externalId)) {
      externalIds.push({ userId, externalId });
      known.externalIds.set(externalId, userId);
    }
    if (phone !== null && !known.havePhone.has(userId)) {
      phones.push({ userId, hash: phone.hashes[0], sealed: phone.seal(userId) });
      for (const hash of phone.hashes) known.phoneOwners.set(hash, userId);
      known.havePhone.add(userId);
    }
    return identities.length + named.length + unions.length + phones.length + externalIds.length > before;
  }

  const outcomes = imported.map((one): ImportOutcome => {
    const refused = refusalOf(one, known);
    if (refused !== undefined) return refused;
    const owner = ownerOf(one, known);
    const user = owner === undefined ? undefined : known.users.get(owner);
    if (user === undefined) {
      const fresh = newUser(one, facts.now);
      made.add(fresh.id);
      known.users.set(fresh.id, fresh);
      add(one, fresh.id);
      return { kind: "created", userId: fresh.id, owed: NOTHING_OWED };
    }
    const hasGained = add(one, user.id);
    const owed = owedTo(user, one);
    const externalId = user.externalId ?? one.externalId;
    known.users.set(user.id, { ...user, externalId, roles: owed.roles ?? user.roles, ban: owed.ban ?? user.ban });
    const isMade = made.has(user.id);
    if (hasGained && !isMade) touched.set(user.id, facts.users.get(user.id) ?? user);
    const isChanged = hasGained || owed.roles !== null || owed.ban !== null;
    // A user created in this transaction is written as its last line says.
    return { kind: isChanged ? "changed" : "unchanged", userId: user.id, owed: isMade ? NOTHING_OWED : owed };
  });

  return {
    outcomes,
    users: [...made].flatMap((id) => known.users.get(id) ?? []),
    identities,
    named,
    unions,
    phones,
    // A user who is made has it in its row.
    externalIds: externalIds.filter(({ userId }) => !made.has(userId)),
    touched: [...touched.values()],
  };
}

/** Does the plan write anything? */
export function writesSomething({ users, identities, named, unions, phones, externalIds }: ImportPlan): boolean {
  return [users, identities, named, unions, phones, externalIds].some((rows) => rows.length > 0);
}

function newUser({ newUser: { id, roles: initial }, externalId, roles, ban }: ImportedUser, now: number): User {
  return {
    id,
    externalId,
    status: "active",
    ver: 1,
    resolvedVer: 0,
    roles: roles.length > 0 ? rolesTogether([], roles) : initial,
    claims: null,
    ban,
    createdAt: now,
  };
}

function owedTo(user: User, { roles, ban }: ImportedUser): OwedEdits {
  const together = rolesTogether(user.roles, roles);
  return {
    roles: together.length === user.roles.length ? null : together,
    ban: isLonger(ban, user.ban) ? ban : null,
  };
}

/** Of two bans the one that ends later counts, so that the order of an import does not matter. */
function isLonger(ban: Ban | null, than: Ban | null): boolean {
  if (ban === null) return false;
  if (than === null) return true;
  return than.until !== null && (ban.until === null || ban.until > than.until);
}
