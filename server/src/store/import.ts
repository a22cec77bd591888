import type { UserId } from "../core/ids.ts";
import type { Ban, IdentityKey } from "./records.ts";
import type { Accompaniment } from "./sessions.ts";

/** A user of another system, by one identity. */
export interface ImportedUser {
  readonly identity: IdentityKey;
  /** Of the identity's app. */
  readonly clientId: string;
  /** `null` where the app does not link by unionid, or none is known. */
  readonly union: { readonly scope: string; readonly id: string } | null;
  readonly externalId: string | null;
  /** Given in addition to those that the user has. */
  readonly roles: readonly string[];
  /** In force at this moment. */
  readonly ban: Ban | null;
  /** For a user who has no number yet. `seal` may be called more than once. */
  readonly phone: { readonly hashes: readonly [string, ...string[]]; seal(userId: UserId): string } | null;
  /** Hashes of identity and unionid under every secret in use; asked only where accounts were closed while banned. */
  banHashes(): readonly string[];
  /** For a user who is new. */
  readonly newUser: { readonly id: UserId; readonly roles: readonly string[] };
}

/**
 * Why an imported user is skipped. `external_id_conflict`: the identity and the external id belong to different users;
 * `unionid_conflict`: the same for the unionid; `phone_taken`: the number is another user's; `too_many_roles`: more than a
 * user may have; `closed_while_banned`: the account of this identity was closed while it was banned.
 */
export type ImportRefusal =
  | "external_id_conflict"
  | "unionid_conflict"
  | "phone_taken"
  | "too_many_roles"
  | "closed_while_banned";

/** What an existing user lacks, which is given by an edit because active sessions must see it. */
export interface OwedEdits {
  /** All roles that the user is to have; `null` if it has them. */
  readonly roles: readonly string[] | null;
  /** `null` if a ban that is as long is in force. */
  readonly ban: Ban | null;
}

/** What became of one {@link ImportedUser}. */
export type ImportOutcome =
  | {
      readonly kind: "created" | "changed" | "unchanged";
      readonly userId: UserId;
      readonly owed: OwedEdits;
    }
  /** `userId`: who stands in the way, where that is a user. */
  | { readonly kind: "skipped"; readonly why: ImportRefusal; readonly userId: UserId | null };

/** Most that one call takes, so that sign-ins need not wait for long. */
export const IMPORTED_MOST = 5000;

/** Takes users over from another system. It only adds: what a user has stays as it is. */
export interface ImportStore {
  /**
   * Makes the users that are new, and gives existing ones the identities, unionids, external ids and numbers that they lack,
   * in one transaction. Each is found as by a sign-in: by identity, else external id, else unionid. A user who would
   * contradict existing data is skipped completely. Importing the same users again changes nothing, in any order and after any stop.
   * Roles and bans of existing users are owed to the caller. `describe` is asked only if something is written.
   *
   * Concurrency: a sign-in of the same identity comes before or after; either way there is one user.
   * @param users at most {@link IMPORTED_MOST}; a later one sees what an earlier one made
   */
  merge(
    users: readonly ImportedUser[],
    describe: (outcomes: readonly ImportOutcome[]) => Pick<Accompaniment, "audit">,
  ): Promise<readonly ImportOutcome[]>;
  /** What `merge` would answer at this moment. Changes nothing. */
  preview(users: readonly ImportedUser[]): Promise<readonly ImportOutcome[]>;
}
