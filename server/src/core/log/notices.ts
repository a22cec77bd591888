import { type Clock, systemClock } from "../time/clock.ts";
import type { Logger } from "./log.ts";

/** Each kind of event on which an operator may have to act. Metrics show one counter a kind. */
export const NOTICE_KINDS = [
  // A request was answered 5xx; the kind is the reason of the answer.
  "platform_misconfigured",
  "platform_unavailable",
  "store_unavailable",
  "host_unavailable",
  "revocations_unknown",
  "internal_error",
  // A sign-in or refresh succeeded, and something about it is wrong.
  "identity_conflict",
  // Something around this process is wrong.
  "hints_failed",
  "redis_misconfigured",
  "clock_off",
  "writes_failing",
  "entries_lost",
  "key_unknown",
  "issuer_unreachable",
  "limits_unavailable",
  "codes_rejected",
  "client_secret_wrong",
  "proxy_not_configured",
  "connections_refused",
  "refusals_dropped",
  "webhook_failed",
  "webhook_given_up",
  "webhooks_dropped",
  "webhooks_left_over",
] as const;

/** @see NOTICE_KINDS */
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Counts events by kind, and writes at most one line a minute for each kind. */
export interface Notices {
  /** `message` says what happened, to what, and what to do. */
  warn(kind: NoticeKind, fields: object, message: string): void;
  error(kind: NoticeKind, fields: object, message: string): void;
  /** How often each kind has happened; a kind that has not happened is absent. */
  counts(): Readonly<Partial<Record<NoticeKind, number>>>;
}

const MINUTE_MS = 60_000;

interface Seen {
  count: number;
  writtenAt: number;
  unwritten: number;
}

/** What is not written as its level says is written at level `debug`. */
export function createNotices({ log, clock = systemClock }: { readonly log: Logger; readonly clock?: Clock }): Notices {
  const seen = new Map<NoticeKind, Seen>();

  function note(level: "warn" | "error", kind: NoticeKind, fields: object, message: string): void {
    const now = clock.monotonic();
    const one = seen.get(kind) ?? { count: 0, writtenAt: Number.NEGATIVE_INFINITY, unwritten: 0 };
    seen.set(kind, one);
    one.count += 1;
    if (now - one.writtenAt < MINUTE_MS) {
      one.unwritten += 1;
      log.debug({ ...fields, kind }, message);
      return;
    }
    const repeats = one.unwritten === 0 ? {} : { not_written_since: one.unwritten };
    one.writtenAt = now;
    one.unwritten = 0;
    log[level]({ ...fields, kind, ...repeats }, message);
  }

  return Object.freeze<Notices>({
    warn: (kind, fields, message) => note("warn", kind, fields, message),
    error: (kind, fields, message) => note("error", kind, fields, message),
    counts: () => Object.fromEntries([...seen].map(([kind, { count }]) => [kind, count])),
  });
}
