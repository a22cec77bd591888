import type { RevocationEntry, StoredKey } from "./records.ts";
import type { Accompaniment } from "./sessions.ts";

/** The signing keys at rest. */
export interface SigningKeyStore {
  /** All keys that are not yet forgotten, by sequence, with the database's time. */
  list(): Promise<{ readonly keys: readonly StoredKey[]; readonly now: number }>;
  /**
   * Adds a key as number `key.sequence`, and sets `publishedUntil` of all earlier keys that have none, in one
   * transaction. `false`, and nothing changed, if that number is taken: exactly one node makes each key.
   */
  add(key: StoredKey, earlierPublishedUntil: number, accompaniment?: Accompaniment): Promise<boolean>;
  /** Takes a key out at once and tells verifiers, in one transaction. Empty if there is no such live key. */
  revoke(kid: string, why: string, accompaniment?: Accompaniment): Promise<readonly RevocationEntry[]>;
  /** Replaces the sealed private half, if it is still `from`: for `hufu secrets rotate`. */
  reseal(kid: string, from: string, to: string): Promise<boolean>;
}
