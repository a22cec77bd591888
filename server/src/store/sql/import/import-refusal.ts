import type { UserId } from "../../../core/ids.ts";
import type { ImportedUser, ImportOutcome, ImportRefusal } from "../../import.ts";
import { type ImportFacts, identityKey, unionKey } from "./import-facts.ts";

/** Most roles of one user (docs/protocol.md §4). */
const ROLES_MOST = 32;

/** Whose identity, external id or unionid it is, asked in the order of a sign-in. */
export function ownerOf({ identity, externalId, union }: ImportedUser, known: ImportFacts): UserId | undefined {
  return (
    known.identities.get(identityKey(identity))?.userId ??
    (externalId === null ? undefined : known.externalIds.get(externalId)) ??
    (union === null ? undefined : known.unions.get(unionKey(union)))
  );
}

/** Pure: why an imported user contradicts existing data; `undefined` if it does not. */
export function refusalOf(
  one: ImportedUser,
  known: ImportFacts,
): Extract<ImportOutcome, { readonly kind: "skipped" }> | undefined {
  const skip = (why: ImportRefusal, userId: UserId | null = null) => ({ kind: "skipped", why, userId }) as const;
  const { union, externalId, phone } = one;
  const owner = ownerOf(one, known);
  const user = owner === undefined ? undefined : known.users.get(owner);
  const identity = known.identities.get(identityKey(one.identity));
  const byExternalId = externalId === null ? undefined : known.externalIds.get(externalId);
  const byUnion = union === null ? undefined : known.unions.get(unionKey(union));
  if (byExternalId !== undefined && byExternalId !== owner) return skip("external_id_conflict", byExternalId);
  if (byUnion !== undefined && byUnion !== owner) return skip("unionid_conflict", byUnion);
  if (externalId !== null && typeof user?.externalId === "string" && user.externalId !== externalId) {
    return skip(identity === undefined ? "unionid_conflict" : "external_id_conflict", user.id);
  }
  // A person has one unionid in a scope.
  if (union !== null && typeof identity?.unionid === "string" && identity.unionid !== union.id) {
    return skip("unionid_conflict", identity.userId);
  }
  const ofPhone = phone?.hashes.map((hash) => known.phoneOwners.get(hash)).find((found) => found !== undefined);
  if (ofPhone !== undefined && ofPhone !== owner) return skip("phone_taken", ofPhone);
  if (rolesTogether(user?.roles ?? [], one.roles).length > ROLES_MOST) return skip("too_many_roles", owner ?? null);
  const { keptBans } = known;
  const wasBanned = identity === undefined && keptBans.size > 0 && one.banHashes().some((hash) => keptBans.has(hash));
  return wasBanned ? skip("closed_while_banned") : undefined;
}

/** Each once. */
export function rolesTogether(had: readonly string[], given: readonly string[]): readonly string[] {
  return [...new Set([...had, ...given])];
}
