import type { Cursor } from "../core/cursor.ts";
import { faultLevel } from "../core/log/fault-level.ts";
import type { Logger } from "../core/log/log.ts";
import type { Clock } from "../core/time/clock.ts";
import type { RevocationEntry } from "../store/records.ts";
import type { RevocationStore } from "../store/revocations.ts";
import { isAnother, type OutboxFollower } from "./follow-outbox.ts";
import { createTail } from "./reader-tail.ts";

/** What a reader of the feed is told (docs/protocol.md §6). */
export type OutgoingEvent =
  | { readonly kind: "revoke"; readonly cursor: Cursor; readonly entry: RevocationEntry }
  /** Everything that was alive has been told. */
  | { readonly kind: "ready"; readonly cursor: Cursor }
  /** At `at` (the database's time, epoch ms) the primary had been read up to `cursor`. */
  | { readonly kind: "beat"; readonly cursor: Cursor; readonly at: number }
  /** Forget everything that was told before. */
  | { readonly kind: "reset" };

/** One reader's stream. */
export interface OutgoingStream {
  /** Ends when the reader is too slow, the database fails before `ready`, the node stops, or `close` was called. */
  readonly events: AsyncIterable<readonly OutgoingEvent[]>;
  /** The reader has gone. May be called again. */
  close(): void;
}

/** Entries by the page, for readers that ask now and then. */
export interface FeedPage {
  readonly entries: readonly RevocationEntry[];
  /** Up to here the page tells everything. */
  readonly cursor: Cursor;
  readonly hasMore: boolean;
  /** The cursor asked for was of another epoch: the page begins anew, and nothing told before counts. */
  readonly isReset: boolean;
}

/** The revocation feed of this node. */
export interface RevocationFeed {
  /**
   * Everything that is alive after `after`, `ready`, and then what comes, with a beat after every reading.
   * @param after `undefined` = from the beginning
   * @throws HufuError `store_unavailable`
   */
  open(after: Cursor | undefined): Promise<OutgoingStream>;
  /** @throws HufuError `store_unavailable` */
  page(after: Cursor | undefined, limit: number): Promise<FeedPage>;
  /** How many streams are open. */
  readers(): number;
  /** Ends all streams, so that a server can close; a reader that opens one from now on gets it ended. */
  end(): void;
}

/** A beat confirms a reading that began less than this ago. */
const CONFIRM_MS = 1000;
/** Under load there are many readings a second, and one confirms as well as ten. */
const BETWEEN_BEATS_MS = 200;
const PAGE = 1000;
/** Entries that may wait for one slow reader. */
const BACKLOG_MOST = 20_000;

/** A page as it is read, with what a beat after it could say. */
interface ReadPage extends FeedPage {
  readonly at: number;
  readonly began: number;
}

export function createFeed(options: {
  readonly store: Pick<RevocationStore, "after">;
  readonly follower: Pick<OutboxFollower, "listen">;
  readonly clock: Clock;
  readonly log: Logger;
}): RevocationFeed {
  const { store, follower, clock, log } = options;
  const open = new Set<() => void>();
  let hasEnded = false;

  async function readPage(after: Cursor | undefined, limit: number): Promise<ReadPage> {
    const began = clock.monotonic();
    const first = await store.after(after?.number ?? 0, limit);
    const isReset = after !== undefined && isAnother(first.end, after);
    const { entries, end, now } = isReset ? await store.after(0, limit) : first;
    const last = entries.at(-1);
    const hasMore = last !== undefined && entries.length === limit && last.number < end.number;
    return {
      entries: entries.filter(({ until }) => until >= now),
      cursor: hasMore ? { epoch: end.epoch, number: last.number } : end,
      hasMore,
      isReset,
      at: now,
      began,
    };
  }

  async function openStream(after: Cursor | undefined): Promise<OutgoingStream> {
    // Before the first page is read, so that nothing falls between the two.
    const tail = createTail(follower, BACKLOG_MOST);
    const close = (): void => {
      open.delete(close);
      tail.end();
    };
    open.add(close);
    if (hasEnded) close();
    let beatAt = Number.NEGATIVE_INFINITY;
    let sent: Cursor = after ?? { epoch: 0, number: 0 };

    function told(entries: readonly RevocationEntry[], epoch: number): OutgoingEvent[] {
      return entries.map((entry) => ({ kind: "revoke", cursor: { epoch, number: entry.number }, entry }));
    }

    function beat(at: number, began: number): readonly OutgoingEvent[] {
      const now = clock.monotonic();
      if (now - began >= CONFIRM_MS || now - beatAt < BETWEEN_BEATS_MS) return [];
      beatAt = now;
      return [{ kind: "beat", cursor: sent, at }];
    }

    /** Pages until the end of the outbox, then `ready`. */
    async function* catchUp(first: ReadPage): AsyncGenerator<readonly OutgoingEvent[]> {
      for (let page = first; ; page = await readPage(sent, PAGE)) {
        if (page.isReset) yield [{ kind: "reset" }];
        sent = page.cursor;
        if (page.entries.length > 0) yield told(page.entries, sent.epoch);
        if (page.hasMore) continue;
        yield [{ kind: "ready", cursor: sent }, ...beat(page.at, page.began)];
        return;
      }
    }

    async function* startOver(): AsyncGenerator<readonly OutgoingEvent[]> {
      yield [{ kind: "reset" }];
      yield* catchUp(await readPage(undefined, PAGE));
    }

    async function* all(first: ReadPage): AsyncGenerator<readonly OutgoingEvent[]> {
      try {
        yield* catchUp(first);
        for (;;) {
          const reading = await tail.next();
          if (reading === undefined) return;
          const { cursor, entries } = reading;
          // A reading that began before the catching up has been told by it, its epoch perhaps as well.
          if (cursor.epoch < sent.epoch) continue;
          if (cursor.epoch > sent.epoch || (reading.isReset && cursor.number < sent.number)) {
            yield* startOver();
            continue;
          }
          if (cursor.number < sent.number) continue;
          const news = told(
            entries.filter(({ number }) => number > sent.number),
            cursor.epoch,
          );
          sent = cursor;
          const events = reading.isEnd ? [...news, ...beat(reading.at, reading.began)] : news;
          if (events.length > 0) yield events;
        }
      } catch (cause) {
        // The reader comes back with its cursor, here or to another node.
        log[faultLevel(cause)]({ err: cause }, "a stream of the feed ends: the outbox cannot be read");
      } finally {
        close();
      }
    }

    try {
      const firstPage = await readPage(after, PAGE);
      return Object.freeze<OutgoingStream>({ events: all(firstPage), close });
    } catch (error) {
      close();
      throw error;
    }
  }

  return Object.freeze<RevocationFeed>({
    open: openStream,
    async page(after, limit) {
      const { entries, cursor, hasMore, isReset } = await readPage(after, limit);
      return { entries, cursor, hasMore, isReset };
    },
    readers: () => open.size,
    end() {
      hasEnded = true;
      for (const close of open) close();
    },
  });
}
