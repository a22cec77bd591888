import type { Clock } from "../core/clock.ts";
import type { RevocationEntry } from "../store/records.ts";
import type { Cursor, RevocationStore } from "../store/revocations.ts";

const PAGE = 500;

/** This process's reading of the outbox: what other processes wrote reaches its verifiers here. */
export interface OutboxFollower {
  /** Reads what came after the cursor. */
  poll(): Promise<void>;
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
  let readAt = clock.monotonic();
  const first = await store.live();
  apply(first.entries);
  let cursor: Cursor = first.end;
  let polling: Promise<void> | undefined;

  async function readOn(): Promise<void> {
    for (;;) {
      const began = clock.monotonic();
      const { entries, end } = await store.after(cursor.number, PAGE);
      // A restored backup: another epoch, or an outbox that ends before what has been read.
      if (end.epoch !== cursor.epoch || end.number < cursor.number) {
        // Read first: between forgetting and learning anew nothing revoked may pass.
        const alive = await store.live();
        options.reset();
        apply(alive.entries);
        cursor = alive.end;
        readAt = began;
        return;
      }
      apply(entries);
      const last = entries.at(-1);
      if (last !== undefined) cursor = { epoch: cursor.epoch, number: last.number };
      readAt = began;
      if (entries.length < PAGE) return;
    }
  }

  return Object.freeze({
    async poll(): Promise<void> {
      polling ??= readOn().finally(() => {
        polling = undefined;
      });
      await polling;
    },
    cursor: () => cursor,
    readAt: () => readAt,
  });
}
