import type { Clock } from "../core/clock.ts";
import type { Cursor } from "../core/cursor.ts";
import type { RevocationEntry } from "../store/records.ts";
import type { RevocationStore } from "../store/revocations.ts";

const PAGE = 500;

/** What one reading of the outbox brought. */
export interface Reading {
  /** In commit order; often none. */
  readonly entries: readonly RevocationEntry[];
  /** Everything up to here has been read. */
  readonly cursor: Cursor;
  /** Does the outbox end there? If not, the next reading follows at once. */
  readonly isEnd: boolean;
  /** Another epoch: nothing that was read before counts, and `entries` is everything that is alive. */
  readonly isReset: boolean;
  /** The database's time at that moment, epoch ms. */
  readonly at: number;
  /** Monotonic ms at which the reading began. */
  readonly began: number;
}

/** This process's reading of the outbox: what other processes wrote reaches its verifiers and its feed here. */
export interface OutboxFollower {
  /** Resolves when a reading that began after this call has come to the outbox's end. Rejects as the database does. */
  poll(): Promise<void>;
  /** Calls `onReading` for every reading from now on. @returns what ends it */
  listen(onReading: (reading: Reading) => void): () => void;
  readonly cursor: () => Cursor;
  /** Monotonic ms at which the newest reading that succeeded began. */
  readonly readAt: () => number;
}

export interface OutboxFollowerOptions {
  readonly store: RevocationStore;
  readonly clock: Clock;
  readonly apply: (entries: readonly RevocationEntry[]) => void;
  /** Forgets everything: the epoch changed, and nothing read before counts. */
  readonly reset: () => void;
}

/** Reads everything that is alive before it resolves, so that no restart revives a revoked token. */
export async function followOutbox(options: OutboxFollowerOptions): Promise<OutboxFollower> {
  const { store, clock, apply } = options;
  const listeners = new Set<(reading: Reading) => void>();
  let readAt = clock.monotonic();
  const first = await store.live();
  apply(first.entries);
  let cursor: Cursor = first.end;
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  function done(reading: Reading): void {
    apply(reading.entries);
    cursor = reading.cursor;
    readAt = reading.began;
    for (const listener of listeners) listener(reading);
  }

  async function readOn(): Promise<void> {
    for (;;) {
      const began = clock.monotonic();
      const { entries, end, now } = await store.after(cursor.number, PAGE);
      if (isAnother(end, cursor)) {
        // Read first: between forgetting and learning anew nothing revoked may pass.
        const alive = await store.live();
        options.reset();
        done({ entries: alive.entries, cursor: alive.end, isEnd: true, isReset: true, at: alive.now, began });
        return;
      }
      const last = entries.at(-1);
      const isEnd = entries.length < PAGE || last === undefined;
      const reached = isEnd ? end : { epoch: end.epoch, number: last.number };
      done({ entries, cursor: reached, isEnd, isReset: false, at: now, began });
      if (isEnd) return;
    }
  }

  function start(): Promise<void> {
    running = readOn().finally(() => {
      running = undefined;
    });
    return running;
  }

  return Object.freeze<OutboxFollower>({
    poll(): Promise<void> {
      if (running === undefined) return start();
      // The one under way may have looked before the news that the caller knows of; all who wait share the next.
      following ??= running
        .catch(() => undefined)
        .then(() => {
          following = undefined;
          return start();
        });
      return following;
    },
    listen(onReading) {
      listeners.add(onReading);
      return () => void listeners.delete(onReading);
    },
    cursor: () => cursor,
    readAt: () => readAt,
  });
}

/** A restored backup: another epoch, or an outbox that ends before what has been read. */
export function isAnother(end: Cursor, read: Cursor): boolean {
  return end.epoch !== read.epoch || end.number < read.number;
}
