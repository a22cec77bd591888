import type { SessionId } from "../../core/ids.ts";
import type { Kept, PurgeCounts, PurgeStore } from "../../store/purge.ts";
import type { Retention } from "../settings.ts";

/** Rows of one transaction. Each lies somewhere else on the disk, and SQLite holds the event loop meanwhile. */
const BATCH = 100;
/** Between two batches, so that sign-ins and refreshes come first. */
const PAUSE_MS = 10;
/** Refreshes of five million sessions go on beside a round that looks at a hundred thousand of them. */
const BATCHES_MOST = 1000;
/** An entry's `until` has its stalls in it already; an hour more costs nothing. */
const REVOCATIONS_KEPT_MS = 3_600_000;
/** So long the redeemer of a ticket may ask again; the ticket itself lives a minute. */
const TICKETS_KEPT_MS = 86_400_000;

/** Deletes what is over, batch by batch, as long as it is let. */
export interface Purge {
  /** What would go now. Reads whole tables. */
  count(): Promise<PurgeCounts>;
  /**
   * All of it, from the first session to the last.
   * @param progress called after each batch with what has gone so far, and how many batches there were
   */
  everything(progress?: (purged: PurgeCounts, batches: number) => void): Promise<PurgeCounts>;
  /**
   * A part of it, in bounded time: sessions from where the last round stopped, and from the first again after the last.
   * Ends early when `signal` fires.
   */
  round(signal?: AbortSignal): Promise<PurgeCounts>;
}

export interface PurgeOptions {
  readonly store: PurgeStore;
  readonly retention: Retention;
  /** Resolves after so many milliseconds; rejects when `signal` fires first. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Where the first round begins to look: nodes that begin at different places share the work. Default: the first. */
  readonly from?: SessionId | undefined;
}

export function createPurge({ store, retention, pause, from }: PurgeOptions): Purge {
  const kept: Kept = { ...retention, revocationsMs: REVOCATIONS_KEPT_MS, ticketsMs: TICKETS_KEPT_MS };
  let place: SessionId | null = from ?? null;

  async function work(
    begin: SessionId | null,
    batchesMost: number,
    signal?: AbortSignal,
    progress?: (purged: PurgeCounts, batches: number) => void,
  ): Promise<{ readonly purged: PurgeCounts; readonly next: SessionId | null }> {
    const purged = { sessions: 0, revocations: 0, audit: 0, tickets: 0, webhooks: 0 };
    let next = begin;
    let batches = 0;
    /** Repeats a step until it says that it is done, or time is over. */
    const repeat = async (step: () => Promise<boolean>): Promise<void> => {
      for (let done = false; !done && batches < batchesMost && signal?.aborted !== true; ) {
        if (batches > 0) await pause(PAUSE_MS, signal).catch(() => undefined);
        done = await step();
        batches += 1;
        progress?.({ ...purged }, batches);
      }
    };
    await repeat(async () => {
      const gone = await store.revocations(kept.revocationsMs, BATCH);
      purged.revocations += gone;
      return gone < BATCH;
    });
    await repeat(async () => {
      const gone = await store.tickets(kept.ticketsMs, BATCH);
      purged.tickets += gone;
      return gone < BATCH;
    });
    await repeat(async () => {
      const gone = await store.webhooks(kept.webhooksMs, BATCH);
      purged.webhooks += gone;
      return gone < BATCH;
    });
    await repeat(async () => {
      const gone = await store.audit(kept.auditMs, BATCH);
      purged.audit += gone;
      return gone < BATCH;
    });
    await repeat(async () => {
      const step = await store.sessions(kept.sessionsMs, BATCH, next);
      purged.sessions += step.purged;
      next = step.next;
      return next === null;
    });
    return { purged, next };
  }

  return Object.freeze<Purge>({
    count: () => store.count(kept),
    everything: async (progress) => (await work(null, Number.POSITIVE_INFINITY, undefined, progress)).purged,
    round: async (signal) => {
      const { purged, next } = await work(place, BATCHES_MOST, signal);
      place = next;
      return purged;
    },
  });
}
