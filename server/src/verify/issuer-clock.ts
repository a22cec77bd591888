import type { Notices } from "../core/log/notices.ts";
import type { Clock } from "../core/time/clock.ts";

/** How far this machine's clock is from the issuer's. */
export interface IssuerClock {
  /** Takes the server's time from a beat of the feed, in epoch seconds. */
  beat(at: number): void;
  /** Takes the `Date` of an answer to a request that was sent at `askedAt`, in epoch ms of this machine. */
  answered(headers: Headers, askedAt: number): void;
  /** Milliseconds that this machine's clock is ahead, 0 within what can be measured; `undefined` = not known yet. */
  skewMs(): number | undefined;
  /** `ok`, or what is wrong. */
  check(): string;
}

export interface IssuerClockOptions {
  readonly issuer: string;
  readonly clock: Clock;
  readonly notices: Notices;
}

/** Beyond this the usual leeway does not help. */
const SKEW_MOST_MS = 5000;
/** A beat says what the time was less than a second ago, in whole seconds. */
const BEAT_AGE_MS = 1000;
/** The feed's word, which is the database's time, goes before a proxy's `Date` for so long. */
const BEAT_COUNTS_MS = 60_000;

/** A guard's own clock decides when a token is over, and the issuer's wrote that time into it: the two must agree. */
export function createIssuerClock({ issuer, clock, notices }: IssuerClockOptions): IssuerClock {
  let skewMs: number | undefined;
  let beatAt = Number.NEGATIVE_INFINITY;

  const isFar = (ms: number): boolean => Math.abs(ms) > SKEW_MOST_MS;

  function inWords(ms: number): string {
    const seconds = Math.round(Math.abs(ms) / 1000);
    return `${seconds} s ${ms > 0 ? "ahead of" : "behind"} the issuer's`;
  }

  /** @param error how far off the measure may be */
  function measured(apartMs: number, errorMs: number): void {
    skewMs = Math.sign(apartMs) * Math.max(0, Math.abs(apartMs) - errorMs);
    if (!isFar(skewMs)) return;
    const effect = skewMs > 0 ? "it refuses good tokens as expired" : "it refuses fresh tokens and accepts ended ones";
    notices.warn(
      "clock_off",
      { issuer, skew_ms: Math.round(skewMs) },
      `this machine's clock is ${inWords(skewMs)}: ${effect}; set it by NTP`,
    );
  }

  return Object.freeze<IssuerClock>({
    beat(at) {
      beatAt = clock.monotonic();
      measured(clock.now() - at * 1000 - BEAT_AGE_MS, BEAT_AGE_MS);
    },
    answered(headers, askedAt) {
      if (clock.monotonic() - beatAt < BEAT_COUNTS_MS) return;
      const date = Date.parse(headers.get("date") ?? "");
      // What a cache has kept says when it was made, and for how long it has been kept.
      const age = Number(headers.get("age") ?? 0);
      if (Number.isNaN(date) || !(age >= 0)) return;
      const now = clock.now();
      const middle = (askedAt + now) / 2;
      // The header says whole seconds.
      measured(middle - (date + age * 1000 + 500), (now - askedAt) / 2 + 500);
    },
    skewMs: () => skewMs,
    check: () => (skewMs !== undefined && isFar(skewMs) ? inWords(skewMs) : "ok"),
  });
}
