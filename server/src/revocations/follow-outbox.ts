import type { Cursor } from "../core/cursor.ts";
import type { Clock } from "../core/time/clock.ts";
import type { RevocationEntry } from "../store/records.ts";
import type { RevocationStore } from "../store/revocations.ts";
import { createKnownEntries, isSame } from "./known-entries.ts";

const PAGE = 500;
/** Entries that are remembered, to name those that the database has lost. */
const KNOWN_MOST = 2000;

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
  /** Entries that the database had and has lost, by their numbers; empty again once another epoch has begun without loss. */
  readonly lost: () => readonly number[];
  /** Monotonic ms at which the newest reading that succeeded began. */
  readonly readAt: () => number;
}

/** Everything that was alive, and the monotonic ms at which its reading began. */
export type FirstReading = Awaited<ReturnType<RevocationStore["live"]>> & { readonly began: number };

export interface OutboxFollowerOptions {
  readonly store: RevocationStore;
  readonly clock: Clock;
  /** Where it was just read. Default: it is read. */
  readonly first?: FirstReading | undefined;
  readonly apply: (entries: readonly RevocationEntry[]) => void;
  /** The epoch changed: forgets what may have been taken back. */
  readonly reset: () => void;
  /** Called when the database has lost entries that were read from it. Default: nothing. */
  readonly onLost?: (numbers: readonly number[]) => void;
}

/** Reads everything that is alive before it resolves, so that no restart revives a revoked token. */
export async function followOutbox(options: OutboxFollowerOptions): Promise<OutboxFollower> {
  const { store, clock, apply, onLost = () => undefined } = options;
  const known = createKnownEntries(KNOWN_MOST);
  let lost: readonly number[] = [];
  const listeners = new Set<(reading: Reading) => void>();
  let readAt = options.first?.began ?? clock.monotonic();
  const first = options.first ?? (await store.live());
  apply(first.entries);
  known.note(first.entries);
  let cursor: Cursor = first.end;
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  function done(reading: Reading): void {
    apply(reading.entries);
    known.note(reading.entries);
    cursor = reading.cursor;
    readAt = reading.began;
    for (const listener of listeners) listener(reading);
  }

  /** Reads everything that is alive, because what was read before may have been taken back. */
  async function startOver(began: number): Promise<void> {
    // Read first: between forgetting and learning anew nothing revoked may pass.
    const alive = await store.live();
    lost = known.missingIn(alive.entries, alive.now);
    if (lost.length > 0) onLost(lost);
    known.forget();
    options.reset();
    done({ entries: alive.entries, cursor: alive.end, isEnd: true, isReset: true, at: alive.now, began });
  }

  /** The entries after the cursor; `undefined` when the last one before it is not what was read there. */
  async function readPage() {
    // The last entry that was read is read again: another number may have its place by now.
    const { entries, end, now } = await store.after(cursor.number - 1, PAGE + 1);
    const last = known.alive(cursor.number, now);
    const [first] = entries;
    const again = first?.number === cursor.number ? first : undefined;
    const isLost = end.number < cursor.number || (last !== undefined && (again === undefined || !isSame(again, last)));
    return { entries: again === undefined ? entries.slice(0, PAGE) : entries.slice(1), end, now, isLost };
  }

  async function readOn(): Promise<void> {
    for (;;) {
      const began = clock.monotonic();
      const { entries, end, now, isLost } = await readPage();
      if (end.epoch !== cursor.epoch) return startOver(began);
      if (isLost) {
        // Readers elsewhere must start over as well, also those with a cursor that looks right.
        await store.raiseEpoch(end.epoch);
        return startOver(began);
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
    lost: () => lost,
    readAt: () => readAt,
  });
}

/** A restored backup: another epoch, or an outbox that ends before what has been read. */
export function isAnother(end: Cursor, read: Cursor): boolean {
  return end.epoch !== read.epoch || end.number < read.number;
}
