import type { Clock } from "../../core/time/clock.ts";
import { within } from "../../core/time/deadline.ts";
import type { OutboxFollower } from "../../revocations/follow-outbox.ts";
import type { Store } from "../../store/store.ts";
import type { HotCheck } from "../redis/open-redis.ts";

/** Is this node fit to serve, and if not, why? */
export interface Readiness {
  readonly ready: boolean;
  /**
   * `ok`, or what is wrong. `database`, `revocations` and `keys` decide whether the node is fit. The others do not, because
   * every node would find the same and no request would be answered any more: `writes` (`failing` on a full disk, while
   * keys and guards still work), `outbox` (entries that the database has lost), `hot` (where short-lived facts are; a Redis
   * that refuses this node's password, rights or certificate does decide, because only a new configuration helps), `log` (lines that were dropped),
   * `audit` (how long the oldest audit record has waited to be chained) and `clock` (how far this machine's is from the database's).
   */
  readonly checks: Readonly<Record<string, string>>;
}

export interface ReadinessOptions {
  readonly store: Pick<Store, "ping" | "writes">;
  readonly follower: Pick<OutboxFollower, "readAt" | "lost">;
  readonly clock: Clock;
  readonly canSign: () => boolean;
  readonly clockCheck: () => string;
  readonly hotCheck: () => Promise<HotCheck>;
  /** Lines of the log that were not written. */
  readonly droppedLines: () => number;
  /** How long the oldest audit record has waited to be chained. */
  readonly auditLagMs: () => number;
}

/** A balancer that asks for readiness gives up after about a second. */
const ANSWER_MS = 800;
/** A database that is slow for so long is still called slow, and not silent: its last reading counts. */
const SLOW_MS = 3000;
/** A node that has not read its database for so long is not ready. */
const SILENCE_MOST_MS = 10_000;
/** A sealer that stops is followed by another node within ten seconds. */
const AUDIT_LAG_MOST_MS = 30_000;
/** Numbers of lost entries that are named. */
const NAMED_MOST = 10;

/** Answers within a second, from what was last learned where the database or Redis does not answer in time. */
export function createReadiness(options: ReadinessOptions): () => Promise<Readiness> {
  const { store, follower, clock, canSign, clockCheck, hotCheck, droppedLines, auditLagMs } = options;
  const askDatabase = oneAtATime(() =>
    store.ping().then(
      () => "ok",
      () => "does not answer",
    ),
  );
  const askHot = oneAtATime(hotCheck);
  const silence = (): number => clock.monotonic() - follower.readAt();
  const database = (): Promise<string> =>
    within({ ms: ANSWER_MS }, askDatabase).catch(() => (silence() < SLOW_MS ? "ok" : "does not answer"));

  return async () => {
    const [asked, hot] = await Promise.all([
      database(),
      within({ ms: ANSWER_MS }, askHot).catch(() => ({ text: "does not answer", isMistaken: false })),
    ]);
    const silent = silence();
    const revocations = silent <= SILENCE_MOST_MS ? "ok" : `not read for ${Math.round(silent / 1000)} s`;
    const decisive = { database: asked, revocations, keys: canSign() ? "ok" : "no key can sign" };
    const dropped = droppedLines();
    const lost = follower.lost();
    return {
      ready: !hot.isMistaken && Object.values(decisive).every((check) => check === "ok"),
      checks: {
        ...decisive,
        writes: store.writes.areFailing() ? "failing" : "ok",
        audit:
          auditLagMs() < AUDIT_LAG_MOST_MS ? "ok" : `a record waits ${Math.round(auditLagMs() / 1000)} s to be chained`,
        outbox: lost.length === 0 ? "ok" : `${lostEntries(lost)} lost; run hufu recover`,
        clock: clockCheck(),
        hot: hot.text,
        ...(dropped === 0 ? {} : { log: `${dropped} lines dropped: its disk was full, or nobody read it` }),
      },
    };
  };
}

/** All who ask while a question is open share its answer, so that a silent server does not take all connections. */
function oneAtATime<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let asking: Promise<Answer> | undefined;
  return () => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

/** The first numbers, and how many more there are: `entries 17, 18`. */
export function lostEntries(numbers: readonly number[]): string {
  const named = numbers.slice(0, NAMED_MOST).join(", ");
  const more = numbers.length - NAMED_MOST;
  return `${numbers.length === 1 ? "entry" : "entries"} ${named}${more > 0 ? ` and ${more} more` : ""}`;
}
