import type { SessionId } from "../core/ids.ts";

/** For how many milliseconds what is over is kept. */
export interface Kept {
  /** After a session ended or expired. */
  readonly sessionsMs: number;
  /** After the last token that an outbox entry concerns has expired. */
  readonly revocationsMs: number;
  /** After an audit record was written. */
  readonly auditMs: number;
  /** After a ticket was redeemed. */
  readonly ticketsMs: number;
  /** After a message to a receiver was written. */
  readonly webhooksMs: number;
}

/** How much is over, or was deleted. */
export interface PurgeCounts {
  readonly sessions: number;
  readonly revocations: number;
  readonly audit: number;
  readonly tickets: number;
  readonly webhooks: number;
}

/**
 * Deletes what has been over for long enough, by the database's time. Each call is one short transaction, and any node
 * may call at any time: that a row is over is checked by the statement that deletes it, so a call that revives a session in
 * between keeps it.
 */
export interface PurgeStore {
  /**
   * Looks at up to `limit` sessions, in the order of their ids, from behind `after` on (`null`: from the first), and
   * deletes those that are over. No index says which are: one on the idle end would cost every refresh a write.
   * @returns how many it deleted, and where to go on; `null` if there was nothing behind these
   */
  sessions(
    keptMs: number,
    limit: number,
    after: SessionId | null,
  ): Promise<{ readonly purged: number; readonly next: SessionId | null }>;
  /** Deletes outbox entries, at most `limit`; fewer means that none is left. Numbers are never given again. */
  revocations(keptMs: number, limit: number): Promise<number>;
  /**
   * Deletes from the beginning of the audit chain, at most `limit`; fewer means that what follows is to be kept. The chain
   * then begins behind the last one that went. Records that wait to be chained stay.
   */
  audit(keptMs: number, limit: number): Promise<number>;
  /** Forgets that tickets were redeemed, at most `limit`; fewer means that none is left. */
  tickets(keptMs: number, limit: number): Promise<number>;
  /**
   * Deletes messages to receivers, waiting and dead, and deliveries to hooks that no process has asked for meanwhile: at
   * most `limit` of each. Fewer together means that none is left.
   */
  webhooks(keptMs: number, limit: number): Promise<number>;
  /** What would be deleted. Reads whole tables. */
  count(kept: Kept): Promise<PurgeCounts>;
}
