import type { UserId } from "../core/ids.ts";
import type { Ban, HostClaims, IdentityKey, RevocationEntry, Session, User } from "./records.ts";
import type { Accompaniment } from "./sessions.ts";

/** An identity of a user. */
export interface LinkedIdentity extends IdentityKey {
  /** The `client_id` of its app when it last signed in. */
  readonly clientId: string;
  readonly unionid: string | null;
  readonly createdAt: number;
}

/** A user with what must be known to act on it. */
export interface UserWithIdentities {
  readonly user: User;
  readonly identities: readonly LinkedIdentity[];
}

/** A user as a list shows it. */
export interface ListedUser extends UserWithIdentities {
  /** Since when the ban stands, epoch ms; `null` without one, and where a version of before set it. */
  readonly bannedSince: number | null;
}

/** A session_key at rest, and whose it is. */
export interface StoredSessionKey extends IdentityKey {
  readonly sealed: string;
}

/** The answer of a change of a user: what it became, and what verifiers must hear. */
export interface UserChange {
  readonly user: User;
  readonly ended: readonly Session[];
  readonly entries: readonly RevocationEntry[];
}

/** Keyed hashes by which a banned user is recognised after the account was closed. */
export interface BanHashes {
  identity(identity: IdentityKey): string;
  union(scope: string, unionid: string): string;
}

/** What may change about a user. Each raises `ver` by one and tells verifiers, save `resolved`. */
export type UserEdit =
  | { readonly kind: "roles"; readonly roles: readonly string[] }
  /** What the host answered for `ver`; kept only if the row still has that `ver` and no answer for it yet. */
  | {
      readonly kind: "resolved";
      readonly ver: number;
      readonly roles: readonly string[];
      readonly claims: HostClaims | null;
    }
  | { readonly kind: "stale" }
  /** Ends all sessions, why `banned`. */
  | { readonly kind: "ban"; readonly ban: Ban }
  | { readonly kind: "unban" }
  /**
   * Ends all sessions, why `closed`; releases the identities and forgets what is personal. Of a ban in force the hashes of
   * the identities and unionids stay as long as the ban.
   */
  | { readonly kind: "close"; readonly hashes: BanHashes };

/** Users and their identities. */
export interface UserStore {
  find(id: UserId): Promise<UserWithIdentities | undefined>;
  findByExternalId(externalId: string): Promise<UserWithIdentities | undefined>;
  findByIdentity(identity: IdentityKey): Promise<User | undefined>;
  /**
   * Locks the user, applies the edit, ends sessions where the edit says so, and writes the outbox entry, in one
   * transaction. `undefined` if there is no such active user; the ban of a closed one can be lifted. Edits of one user happen one after the other.
   * `describe` sees what the user became, for `close` with the external id that is released; a `resolved` that is
   * not kept is not described. It may throw, and then nothing at all has changed.
   */
  edit(
    id: UserId,
    edit: UserEdit,
    by: string,
    describe: (user: User, ended: readonly Session[]) => Accompaniment,
  ): Promise<UserChange | undefined>;
  /** The newest sealed session_key of an identity. */
  sessionKey(identity: IdentityKey): Promise<{ readonly sealed: string; readonly exchangedAt: number } | undefined>;
  /** Replaces the sealed session_key unless a newer exchange is already stored. */
  putSessionKey(identity: IdentityKey, sealed: string, exchangedAt: number): Promise<void>;
  /** Sealed session_keys in the order of their identities, from after `after` on, at most `limit`. */
  sessionKeysAfter(after: IdentityKey | null, limit: number): Promise<readonly StoredSessionKey[]>;
  /** Replaces a sealed session_key, if it is still `from`: for `hufu secrets rotate`. */
  resealSessionKey(identity: IdentityKey, from: string, to: string): Promise<boolean>;
}
