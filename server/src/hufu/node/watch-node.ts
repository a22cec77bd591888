import type { Notices } from "../../core/log/notices.ts";
import { NOTICE_KINDS } from "../../core/log/notices.ts";
import type { RefusalLog } from "../../session/administration/refusal-log.ts";
import type { BatchUse, Store } from "../../store/store.ts";
import type { LocalVerifier } from "../../verify/local-verifier.ts";
import type { FollowedOutbox } from "../compose-revocations.ts";
import type { NodeEnvironment } from "./node-environment.ts";
import type { BackgroundWork } from "./start-background.ts";

export interface WatchedParts {
  readonly store: Store;
  readonly verifier: Pick<LocalVerifier, "counts">;
  readonly outbox: FollowedOutbox;
  readonly refusals: Pick<RefusalLog, "dropped">;
  readonly work: BackgroundWork;
}

/** Shows the states of a node's parts to those who read its metrics. */
export function watchNode(environment: NodeEnvironment, parts: WatchedParts): void {
  const { meter, clock, log, notices } = environment;
  const { store, verifier, outbox, refusals, work } = parts;
  meter.watch("hufu_verifier_checks_total", () => {
    const { checks, misses } = verifier.counts();
    return [
      { labels: { cache: "hit" }, value: checks - misses },
      { labels: { cache: "miss" }, value: misses },
    ];
  });
  meter.watch("hufu_verifier_cached_tokens", () => verifier.counts().cached);
  meter.watch("hufu_feed_age_seconds", () => (clock.monotonic() - outbox.follower.readAt()) / 1000);
  meter.watch("hufu_feed_readers", outbox.feed.readers);
  meter.watch("hufu_clock_skew_seconds", () => outbox.clockSkewMs() / 1000);
  meter.watch("hufu_audit_lag_seconds", () => work.auditLagMs() / 1000);
  meter.watch("hufu_deliveries_waiting", work.deliveriesWaiting);
  meter.watch("hufu_writes_failing", () => (store.writes.areFailing() ? 1 : 0));
  meter.watch("hufu_notices_total", () => noticesOf(notices));
  meter.watch("hufu_log_lines_dropped_total", () => log.dropped?.());
  meter.watch("hufu_refusals_dropped_total", refusals.dropped);
  watchPool(environment, store);
  watchRefreshes(environment, store);
}

function watchPool({ meter }: NodeEnvironment, { poolUse }: Store): void {
  if (poolUse === undefined) return;
  meter.watch("hufu_database_lost_races_total", () => poolUse().lostRaces);
  meter.watch("hufu_pool_connections", () => {
    const { inUse, waitedFor, most } = poolUse();
    return [
      { labels: { state: "in_use" }, value: inUse },
      { labels: { state: "waited_for" }, value: waitedFor },
      ...(most === undefined ? [] : [{ labels: { state: "most" as const }, value: most }]),
    ];
  });
}

function watchRefreshes({ meter }: NodeEnvironment, { refreshUse }: Store): void {
  if (refreshUse === undefined) return;
  const ofBoth = (name: keyof BatchUse) => () => {
    const { readings, changes } = refreshUse();
    return [
      { labels: { kind: "reading" as const }, value: readings[name] },
      { labels: { kind: "change" as const }, value: changes[name] },
    ];
  };
  meter.watch("hufu_refresh_batches_total", ofBoth("sent"));
  meter.watch("hufu_refresh_batched_total", ofBoth("asked"));
  meter.watch("hufu_refresh_waiting", ofBoth("waiting"));
}

/** Also those that have not happened: what appears with its first event cannot be seen to grow. */
function noticesOf(notices: Notices) {
  const counts = notices.counts();
  return NOTICE_KINDS.map((kind) => ({ labels: { kind }, value: counts[kind] ?? 0 }));
}
