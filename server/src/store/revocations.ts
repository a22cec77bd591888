import type { Cursor } from "../core/cursor.ts";
import type { Revocation, RevocationEntry } from "./records.ts";
import type { Accompaniment } from "./sessions.ts";

export type { Cursor } from "../core/cursor.ts";

/** The outbox of what is no longer true. */
export interface RevocationStore {
  /** The entries after `number`, in commit order, at most `limit`, and where the outbox ended when it was read. */
  after(
    number: number,
    limit: number,
  ): Promise<{ readonly entries: readonly RevocationEntry[]; readonly end: Cursor; readonly now: number }>;
  /** All entries that still concern a live token, in order, and where the outbox ended at that moment. */
  live(): Promise<{ readonly entries: readonly RevocationEntry[]; readonly end: Cursor; readonly now: number }>;
  /**
   * Begins another epoch, above every one that the database can have given out, unless `seen` is not the epoch any more:
   * of nodes that find at once that entries were lost, one raises it.
   */
  raiseEpoch(seen: number): Promise<void>;
  /** Writes one entry of its own, such as a revoked `jti`. */
  append(revocation: Revocation, accompaniment?: Accompaniment): Promise<RevocationEntry>;
}
