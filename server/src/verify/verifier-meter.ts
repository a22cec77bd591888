import { mistaken } from "../core/arguments.ts";
import { messageOf } from "../core/errors/message-of.ts";
import type { Logger } from "../core/log/log.ts";
import { NOTICE_KINDS, type Notices } from "../core/log/notices.ts";
import type { Meter } from "../core/meter/meter.ts";
import type { MetricName } from "../core/meter/metrics.ts";
import {
  assertNamesFree,
  type MetricsRegistry,
  type PrometheusMeter,
  prometheusMeter,
} from "../metrics/prometheus-meter.ts";
import type { CheckCounts } from "./token-check/token-check.ts";

/** What a verifier outside the server's process can say. */
const NAMES: readonly MetricName[] = [
  "hufu_guard_refusals_total",
  "hufu_legacy_credentials_total",
  "hufu_verifier_checks_total",
  "hufu_verifier_cached_tokens",
  "hufu_feed_age_seconds",
  "hufu_keys_age_seconds",
  "hufu_clock_skew_seconds",
  "hufu_notices_total",
  "hufu_log_lines_dropped_total",
];

/** The parts whose states are shown. */
export interface WatchedVerifier {
  readonly counts: () => CheckCounts;
  /** Milliseconds; `undefined` before there is anything, or where no feed is followed. */
  readonly feedAge: () => number | undefined;
  readonly keysAge: () => number | undefined;
  /** Milliseconds that this machine's clock is ahead of the issuer's; `undefined` until it is known. */
  readonly skewMs: () => number | undefined;
  readonly notices: Notices;
  readonly log: Logger;
}

/** Counts at once, though the metrics are registered a moment later. */
export interface VerifierMeter extends Meter {
  /** Resolves when the metrics are registered. */
  registered(): Promise<void>;
  close(): void;
}

/**
 * Where a verifier reports. prom-client is loaded only for this, and not with `hufu/verify`.
 * @throws TypeError if it is no registry, or has another metric of the same name
 */
export function createVerifierMeter(registry: MetricsRegistry, watched: WatchedVerifier): VerifierMeter {
  const given: Partial<MetricsRegistry> | null = registry;
  if (typeof given?.registerMetric !== "function" || typeof given.getSingleMetric !== "function") {
    throw mistaken("metrics", "a Registry of prom-client", registry);
  }
  assertNamesFree(registry, NAMES);
  let meter: PrometheusMeter | undefined;
  let isClosed = false;
  let early: ((loaded: PrometheusMeter) => void)[] = [];

  async function load(): Promise<void> {
    try {
      meter = await prometheusMeter(registry, NAMES);
      if (isClosed) return;
      watchVerifier(meter, watched);
      for (const report of early) report(meter);
    } catch (error) {
      watched.log.error({ why: messageOf(error) }, "this verifier's metrics could not be registered; none is counted");
    } finally {
      isClosed ||= meter === undefined;
      early = [];
    }
  }
  const loading = load();

  function report(how: (loaded: PrometheusMeter) => void): void {
    if (meter !== undefined) how(meter);
    else if (!isClosed) early.push(how);
  }
  return Object.freeze<VerifierMeter>({
    isOn: true,
    count: (name, labels, by) => report((loaded) => loaded.count(name, labels, by)),
    time: (name, labels, ms) => report((loaded) => loaded.time(name, labels, ms)),
    watch: (name, read) => report((loaded) => loaded.watch(name, read)),
    registered: () => loading,
    close() {
      isClosed = true;
      meter?.close();
    },
  });
}

function watchVerifier(meter: Meter, { counts, feedAge, keysAge, skewMs, notices, log }: WatchedVerifier): void {
  meter.watch("hufu_verifier_checks_total", () => {
    const { checks, misses } = counts();
    return [
      { labels: { cache: "hit" }, value: checks - misses },
      { labels: { cache: "miss" }, value: misses },
    ];
  });
  meter.watch("hufu_verifier_cached_tokens", () => counts().cached);
  meter.watch("hufu_feed_age_seconds", () => inSeconds(feedAge()));
  meter.watch("hufu_keys_age_seconds", () => inSeconds(keysAge()));
  meter.watch("hufu_clock_skew_seconds", () => inSeconds(skewMs()));
  meter.watch("hufu_notices_total", () => {
    const seen = notices.counts();
    return NOTICE_KINDS.map((kind) => ({ labels: { kind }, value: seen[kind] ?? 0 }));
  });
  meter.watch("hufu_log_lines_dropped_total", () => log.dropped?.());
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
