import type { UserId } from "../core/ids.ts";
import type { Accompaniment } from "./sessions.ts";

/** A phone number at rest. */
export interface StoredPhone {
  readonly userId: UserId;
  readonly sealed: string;
  /** The keyed hash that finds it, base64url. */
  readonly hash: string;
  /** When the platform confirmed it, epoch ms. */
  readonly confirmedAt: number;
}

/** A number that a platform has just confirmed. */
export interface ConfirmedPhone {
  readonly sealed: string;
  /** Its keyed hash under every secret in use, the newest first. */
  readonly hashes: readonly [string, ...string[]];
}

/** Phone numbers of users, one each. A number belongs to one user. */
export interface PhoneStore {
  find(userId: UserId): Promise<StoredPhone | undefined>;
  /** Whose number it is, by its keyed hash under every secret in use. */
  findOwner(hashes: readonly string[]): Promise<UserId | undefined>;
  /**
   * Gives the user this number in place of an earlier one. `taken`: it is another user's. `gone`: there is no such active
   * user. Both change nothing. Of two users who ask for one number at once, one gets `taken`.
   */
  put(
    userId: UserId,
    phone: ConfirmedPhone,
    accompaniment?: Pick<Accompaniment, "audit">,
  ): Promise<"kept" | "taken" | "gone">;
  /** In the order of their users, from after `after` on, at most `limit`. */
  after(after: UserId | null, limit: number): Promise<readonly StoredPhone[]>;
  /** Replaces what is stored, if it is still sealed as `from`: for `hufu secrets rotate`. */
  reseal(userId: UserId, from: string, to: Pick<StoredPhone, "sealed" | "hash">): Promise<boolean>;
}
