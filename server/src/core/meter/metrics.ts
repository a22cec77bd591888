import { END_RULES, END_WHYS, type EndRule, type EndWhy, REASONS, type Reason } from "../errors/reasons.ts";
import { NOTICE_KINDS, type NoticeKind } from "../log/notices.ts";

/** What a refresh came to: a reason where it was refused. */
export type RefreshVerdict = "promoted" | "current" | "same" | Outcome;
/** What a sign-in came to: a reason where it was refused. */
export type SignInOutcome = "new_user" | "known_user" | Outcome;
/** What a request to a webhook came to. */
export const WEBHOOK_OUTCOMES = ["arrived", "status", "timeout", "network", "redirect", "stopped"] as const;

/** @see WEBHOOK_OUTCOMES */
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

/** What went wrong, as far as a label may say. */
export type Outcome = Reason | "internal_error";

/** What a statement came to; `refused` by the unit of work itself. */
export const STORE_OUTCOMES = ["ok", "refused", "store_unavailable", "internal_error"] as const;

export type StoreOutcome = (typeof STORE_OUTCOMES)[number];

/** What became of a credential that a guard handed to the verifier of before. */
export const LEGACY_OUTCOMES = ["accepted", "refused", "failed", "over"] as const;

export type LegacyOutcome = (typeof LEGACY_OUTCOMES)[number];

/** Options whose limit a request may meet. */
export const LIMIT_NAMES = [
  "forgedPerMinute",
  "rejectedCodesPerMinute",
  "refreshesPerMinute",
  "stepUpsPerMinute",
  "introspectionsPerMinute",
  "revocationStreams",
  "platformCalls",
  "signInsPerMinute",
] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];

/** Events that are counted, with their labels. */
export interface Counters {
  readonly hufu_sign_ins_total: { readonly outcome: SignInOutcome };
  readonly hufu_refreshes_total: { readonly verdict: RefreshVerdict };
  readonly hufu_session_ends_total: { readonly why: EndWhy; readonly rule: EndRule };
  readonly hufu_refusals_total: { readonly endpoint: string; readonly reason: Outcome };
  readonly hufu_guard_refusals_total: { readonly reason: Outcome };
  readonly hufu_legacy_credentials_total: { readonly outcome: LegacyOutcome };
  readonly hufu_limits_hit_total: { readonly limit: LimitName };
  readonly hufu_refresh_lost_races_total: object;
}

/** What takes time, with its labels. */
export interface Durations {
  readonly hufu_http_request_duration_seconds: { readonly endpoint: string; readonly status: string };
  readonly hufu_platform_call_duration_seconds: {
    readonly platform: string;
    readonly call: string;
    readonly outcome: string;
  };
  readonly hufu_store_duration_seconds: { readonly group: string; readonly outcome: StoreOutcome };
  readonly hufu_webhook_duration_seconds: { readonly endpoint: string; readonly outcome: WebhookOutcome };
  readonly hufu_outbox_lag_seconds: object;
}

/** States that are read at each scrape. Those that end in `_total` only grow. */
export interface States {
  readonly hufu_verifier_checks_total: { readonly cache: "hit" | "miss" };
  readonly hufu_verifier_cached_tokens: object;
  readonly hufu_feed_age_seconds: object;
  readonly hufu_keys_age_seconds: object;
  readonly hufu_feed_readers: object;
  readonly hufu_pool_connections: { readonly state: "in_use" | "waited_for" | "most" };
  readonly hufu_database_lost_races_total: object;
  readonly hufu_refresh_batches_total: { readonly kind: "reading" | "change" };
  readonly hufu_refresh_batched_total: { readonly kind: "reading" | "change" };
  readonly hufu_refresh_waiting: { readonly kind: "reading" | "change" };
  readonly hufu_breakers_open: object;
  readonly hufu_clock_skew_seconds: object;
  readonly hufu_audit_lag_seconds: object;
  readonly hufu_writes_failing: object;
  readonly hufu_deliveries_waiting: object;
  readonly hufu_webhooks: { readonly endpoint: string; readonly state: "waiting" | "dead" };
  readonly hufu_notices_total: { readonly kind: NoticeKind };
  readonly hufu_log_lines_dropped_total: object;
  readonly hufu_refusals_dropped_total: object;
}

export type MetricName = keyof Counters | keyof Durations | keyof States;

/** A metric as Prometheus and the guide describe it. */
export interface MetricDescription {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Labels with their values; a text where the values are those of a list in the code elsewhere. */
  readonly labels: Readonly<Record<string, readonly string[] | string>>;
  /** What is shown where several parts of one process know it; absent = what the newest says. */
  readonly several?: "sum" | "most";
  /** Upper bounds of a histogram, in seconds. */
  readonly buckets?: readonly number[];
}

const outcomes = (...successes: readonly string[]): readonly string[] => [...successes, ...REASONS, "internal_error"];
const REQUEST_SECONDS = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const STATEMENT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5];

/** Every metric that there is. No label holds what a client, a user or a token says. */
export const METRICS: Readonly<Record<MetricName, MetricDescription>> = {
  hufu_sign_ins_total: {
    type: "counter",
    help: "Sign-ins by login code, by outcome: new_user, known_user, or the reason of the refusal.",
    labels: { outcome: outcomes("new_user", "known_user") },
  },
  hufu_refreshes_total: {
    type: "counter",
    help: "Refreshes by verdict. promoted: a new token replaced its parent; current: the current token was presented, for the first time or again; same: a bound session keeps its token; else the reason of the refusal.",
    labels: { verdict: outcomes("promoted", "current", "same") },
  },
  hufu_session_ends_total: {
    type: "counter",
    help: "Sessions that this node ended, by cause (why) and by the rule that ended them.",
    labels: { why: END_WHYS, rule: END_RULES },
  },
  hufu_refusals_total: {
    type: "counter",
    help: "Requests to Hufu's own endpoints that were refused or failed.",
    labels: { endpoint: "a path of the protocol page, or `none`", reason: outcomes() },
  },
  hufu_guard_refusals_total: {
    type: "counter",
    help: "Requests that the guards of this process refused.",
    labels: { reason: outcomes() },
  },
  hufu_legacy_credentials_total: {
    type: "counter",
    help: "Old credentials presented to guards with `legacy`. over: after `until`; failed: your verifier failed.",
    labels: { outcome: LEGACY_OUTCOMES },
  },
  hufu_limits_hit_total: {
    type: "counter",
    help: "Requests over a rate limit, by the option that sets the limit.",
    labels: { limit: LIMIT_NAMES },
  },
  hufu_refresh_lost_races_total: {
    type: "counter",
    help: "Refreshes that were decided again because a concurrent refresh of the same session was first.",
    labels: {},
  },
  hufu_http_request_duration_seconds: {
    type: "histogram",
    help: "Response time of Hufu's own endpoints.",
    labels: { endpoint: "a path of the protocol page, or `none`", status: "an HTTP status" },
    buckets: REQUEST_SECONDS,
  },
  hufu_platform_call_duration_seconds: {
    type: "histogram",
    help: "Duration of calls to the platform, including the wait for a free slot, by outcome.",
    labels: {
      platform: "a platform's name",
      call: "a call of the platform",
      outcome: "`ok`, a class of errcodes, or a fault of the network",
    },
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  hufu_store_duration_seconds: {
    type: "histogram",
    help: "Duration of statements of the database or Redis, by group of statements.",
    labels: { group: "a port of the store, or `shared_facts`", outcome: STORE_OUTCOMES },
    buckets: STATEMENT_SECONDS,
  },
  hufu_webhook_duration_seconds: {
    type: "histogram",
    help: "Duration of requests to webhooks, by outcome.",
    labels: { endpoint: "an id of `webhooks`", outcome: WEBHOOK_OUTCOMES },
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  hufu_outbox_lag_seconds: {
    type: "histogram",
    help: "Time from the writing of a revocation until this node read it.",
    labels: {},
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  hufu_verifier_checks_total: {
    type: "counter",
    help: "Tokens that the guards of this process checked, by cache hit or miss.",
    labels: { cache: ["hit", "miss"] },
    several: "sum",
  },
  hufu_verifier_cached_tokens: {
    type: "gauge",
    help: "Tokens in the cache of this process's guards.",
    labels: {},
    several: "sum",
  },
  hufu_feed_age_seconds: {
    type: "gauge",
    help: "Time since this node last read the revocations from the database. In another process: time since the feed last confirmed that its list is complete.",
    labels: {},
    several: "most",
  },
  hufu_keys_age_seconds: {
    type: "gauge",
    help: "Time since a verifier in another process last fetched the issuer's keys. Absent in the server's own process.",
    labels: {},
    several: "most",
  },
  hufu_feed_readers: { type: "gauge", help: "Open streams of revocations on this node.", labels: {} },
  hufu_pool_connections: {
    type: "gauge",
    help: "Connections to the database server: in use, waited for, and the maximum. Absent with SQLite.",
    labels: { state: ["in_use", "waited_for", "most"] },
  },
  hufu_database_lost_races_total: {
    type: "counter",
    help: "Transactions that were run again after a conflict with another one. Absent with SQLite.",
    labels: {},
  },
  hufu_refresh_batches_total: {
    type: "counter",
    help: "Batches in which refreshes asked the database server; one alone counts as a batch. Absent with SQLite.",
    labels: { kind: ["reading", "change"] },
  },
  hufu_refresh_batched_total: {
    type: "counter",
    help: "Sessions in these batches: divided by their number, the size of a batch. Absent with SQLite.",
    labels: { kind: ["reading", "change"] },
  },
  hufu_refresh_waiting: {
    type: "gauge",
    help: "Calls of refreshes that wait to be sent to the database server; 4,096 at most. Absent with SQLite.",
    labels: { kind: ["reading", "change"] },
  },
  hufu_breakers_open: {
    type: "gauge",
    help: "Apps whose circuit breaker is open because the platform did not answer.",
    labels: {},
  },
  hufu_clock_skew_seconds: {
    type: "gauge",
    help: "How far this machine's clock is ahead of the database's; in another process: of the issuer's.",
    labels: {},
  },
  hufu_audit_lag_seconds: {
    type: "gauge",
    help: "How long the oldest audit record has waited to be chained.",
    labels: {},
  },
  hufu_writes_failing: { type: "gauge", help: "1 while the database takes no writes, else 0.", labels: {} },
  hufu_deliveries_waiting: {
    type: "gauge",
    help: "Events not yet delivered to your hooks, counted every ten seconds. Absent without hooks.",
    labels: {},
  },
  hufu_webhooks: {
    type: "gauge",
    help: "Messages to webhooks: waiting, and dead letters. Counted every ten seconds.",
    labels: { endpoint: "an id of `webhooks`", state: ["waiting", "dead"] },
  },
  hufu_notices_total: {
    type: "counter",
    help: "Events that may need action, by kind; the log has a line for each kind.",
    labels: { kind: NOTICE_KINDS },
    several: "sum",
  },
  hufu_log_lines_dropped_total: {
    type: "counter",
    help: "Lines of the log that could not be written. Absent where the log does not count them.",
    labels: {},
  },
  hufu_refusals_dropped_total: {
    type: "counter",
    help: "Refusals that were not stored: their request_id cannot be looked up.",
    labels: {},
  },
};
