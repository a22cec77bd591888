import { createClockSkew } from "../revocations/clock-skew.ts";
import { type FirstReading, followOutbox, type OutboxFollower } from "../revocations/follow-outbox.ts";
import { createFeed, type RevocationFeed } from "../revocations/revocation-feed.ts";
import type { KeyRing } from "../session/signing-keys/key-ring.ts";
import type { Background } from "../session/upkeep/background.ts";
import type { RevocationEntry } from "../store/records.ts";
import type { RevocationStore } from "../store/revocations.ts";
import { createRevocationList, type RevocationList } from "../verify/revocation-list/revocation-list.ts";
import type { NodeEnvironment } from "./node/node-environment.ts";
import { lostEntries } from "./node/readiness.ts";

/** What this node knows of revocations, and what it tells. */
export interface Revocations {
  /** What the guards of this process ask. */
  readonly list: RevocationList;
  /** Tells what this node wrote: its own guards at once, then other nodes and the readers of the feed. */
  readonly announce: (entries: readonly RevocationEntry[]) => void;
  /** Reads everything that is alive, unless it was just read, and is ready to read on. Called once. */
  follow(keys: Pick<KeyRing, "reload">, first: FirstReading | undefined): Promise<FollowedOutbox>;
}

export interface FollowedOutbox {
  readonly follower: OutboxFollower;
  readonly feed: RevocationFeed;
  /** `ok`, or how far the clock is off, for `readyz`. */
  readonly checkClock: () => string;
  readonly clockSkewMs: () => number;
  /** Reads the outbox in the background. */
  readonly readSoon: () => void;
}

export function composeRevocations(
  { clock, log, notices, meter }: NodeEnvironment,
  parts: {
    readonly store: RevocationStore;
    /** Milliseconds from the writing of an entry to its end. */
    readonly entryLifeMs: number;
    readonly tellNodes: () => void;
    readonly background: Background;
  },
): Revocations {
  const { store, entryLifeMs, tellNodes, background } = parts;
  const list = createRevocationList({ clock });
  let tellReaders = (): void => undefined;

  return Object.freeze<Revocations>({
    list,
    announce(entries) {
      list.apply(entries);
      if (entries.length === 0) return;
      tellNodes();
      tellReaders();
    },
    async follow(keys, first) {
      const follower = await followOutbox({
        store,
        clock,
        first,
        apply(entries) {
          list.apply(entries);
          // Another process took a key out: what signs here must not be that key for another moment.
          if (entries.some(({ revocation }) => "kid" in revocation))
            background.run("reading the signing keys", keys.reload);
        },
        reset: list.clear,
        onLost: (numbers) =>
          notices.error(
            "entries_lost",
            { lost: numbers },
            `the database lost ${lostEntries(numbers)} of the outbox, or has others in their place: what they ended may be active again; run hufu recover`,
          ),
      });
      // A failure is told where the outbox is read time and again.
      const readSoon = (): void =>
        background.run("reading the revocations", () => follower.poll().catch(() => undefined));
      const skew = createClockSkew({ clock, log, notices });
      follower.listen(skew.note);
      follower.listen(({ entries, at, isReset }) => {
        // What is read anew was read before.
        if (isReset) return;
        for (const { until } of entries) meter.time("hufu_outbox_lag_seconds", {}, at - (until - entryLifeMs));
      });
      const feed = createFeed({ store, follower, clock, log });
      tellReaders = () => {
        if (feed.readers() > 0) readSoon();
      };
      return Object.freeze<FollowedOutbox>({ follower, feed, checkClock: skew.check, clockSkewMs: skew.ms, readSoon });
    },
  });
}
