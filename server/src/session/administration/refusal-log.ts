import type { Notices } from "../../core/log/notices.ts";
import type { Clock } from "../../core/time/clock.ts";
import { createWindowCounter } from "../../limits/window-counter.ts";
import type { Refusal, RefusalStore } from "../../store/refusals.ts";

/** For how long a user may take to read out the id of a request. */
export const REFUSALS_KEPT_MS = 7 * 86_400_000;
/** What a node keeps in ten seconds: of users whom it knows, and of others, so that a flood leaves the first alone. */
const WINDOW_MS = 10_000;
const MOST = { known: 100, unknown: 20 } as const;
const WAITING_MOST = 200;
const FORGET_BATCH = 500;

/** What is known of a refusal where it is given. */
export type NotedRefusal = Omit<Refusal, "at" | "node">;

/** Refusals by Hufu's own endpoints, so that an operator can say why a user was signed out. */
export interface RefusalLog {
  /** Costs no wait. Dropped and counted when there are too many. */
  note(refusal: NotedRefusal): void;
  /** Writes what waits, in one statement, and waits for what is being written. What cannot be written counts as dropped. */
  flush(): Promise<void>;
  /** Deletes what is too old, a batch. */
  forget(): Promise<void>;
  /** How many were not kept since the node started. */
  dropped(): number;
}

export interface RefusalLogOptions {
  readonly store: RefusalStore;
  readonly clock: Clock;
  readonly notices: Notices;
  /** Name of this node. */
  readonly node: string;
}

export function createRefusalLog({ store, clock, notices, node }: RefusalLogOptions): RefusalLog {
  const counter = createWindowCounter(clock, Object.keys(MOST).length);
  let waiting: Refusal[] = [];
  let underWay = Promise.resolve();
  let dropped = 0;

  function drop(count: number): void {
    dropped += count;
    const message =
      "refusals were not kept, because there were too many or the database was away: their request_id explains nothing";
    notices.warn("refusals_dropped", { count }, message);
  }

  async function write(batch: readonly Refusal[]): Promise<void> {
    try {
      await store.append(batch);
    } catch (error) {
      drop(batch.length);
      throw error;
    }
  }

  return Object.freeze<RefusalLog>({
    note(refusal) {
      const kind = refusal.userId === null && refusal.sid === null ? "unknown" : "known";
      if (waiting.length >= WAITING_MOST || counter.add(kind, WINDOW_MS).count > MOST[kind]) drop(1);
      else waiting.push({ ...refusal, at: clock.now(), node });
    },
    flush() {
      const batch = waiting;
      waiting = [];
      // A failure of the earlier write is reported to the caller that began it.
      const before = underWay.catch(() => undefined);
      underWay = batch.length === 0 ? before : Promise.all([write(batch), before]).then(() => undefined);
      return underWay;
    },
    forget: async () => void (await store.forget(REFUSALS_KEPT_MS, FORGET_BATCH)),
    dropped: () => dropped,
  });
}
