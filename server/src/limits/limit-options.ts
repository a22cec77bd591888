import { createNetworks, type Networks } from "./addresses.ts";

/** Most of something; `false` = no limit. */
export type LimitOption = number | false;

/** What a deployment may set under `limits`. Each number stands far above what honest callers need. */
export interface LimitOptions {
  /** Reverse proxies whose `X-Forwarded-For` is believed: addresses or ranges such as `10.0.0.0/8`. Default: none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /**
   * By network address (IPv6: by /64): requests in a minute that no honest phone sends, such as a refresh token that is
   * not ours or a wrong client secret. Honest peak: 0. Default 60.
   */
  readonly forgedPerMinute?: LimitOption | undefined;
  /**
   * By app: login codes in a minute that the platform rejects. Beyond it, addresses that sent such codes wait. Honest
   * peak: one in a hundred sign-ins. Default 300.
   */
  readonly rejectedCodesPerMinute?: LimitOption | undefined;
  /** By session: refreshes in a minute, at least 120. Honest peak: 20, a phone on a bad network. Default 120. */
  readonly refreshesPerMinute?: LimitOption | undefined;
  /** By client: introspections in a minute. Honest peak: one for each request of that back end. Default 60,000. */
  readonly introspectionsPerMinute?: LimitOption | undefined;
  /** By client: open streams of `GET /revocations` on one node. Honest peak: one for each process. Default 1000. */
  readonly revocationStreams?: LimitOption | undefined;
  /**
   * Calls to platforms in flight in one process; further ones wait. Honest peak: sign-ins in a second, times the seconds
   * that the platform takes to answer. Default 64.
   */
  readonly platformCalls?: LimitOption | undefined;
}

/** Limits as numbers; no limit is `Infinity`. */
export interface LimitSettings {
  readonly trustedProxies: Networks;
  readonly forgedPerMinute: number;
  readonly rejectedCodesPerMinute: number;
  readonly refreshesPerMinute: number;
  readonly introspectionsPerMinute: number;
  readonly revocationStreams: number;
  readonly platformCalls: number;
}

/** Default and least value of each number. */
const NUMBERS = {
  forgedPerMinute: { usual: 60, least: 1 },
  rejectedCodesPerMinute: { usual: 300, least: 1 },
  refreshesPerMinute: { usual: 120, least: 120 },
  introspectionsPerMinute: { usual: 60_000, least: 1 },
  revocationStreams: { usual: 1000, least: 1 },
  platformCalls: { usual: 64, least: 1 },
} as const;

type LimitName = keyof typeof NUMBERS;

export const LIMIT_NAMES = ["trustedProxies", ...Object.keys(NUMBERS)];

/**
 * @param options `false` = no limits at all
 * @throws TypeError that names the option
 */
export function resolveLimits(options: LimitOptions | false = {}): LimitSettings {
  const given = options === false ? allOff() : options;
  if (typeof given !== "object" || given === null) throw new TypeError("limits: must be an object, or false for none");
  const limit = (name: LimitName): number => numberOf(name, given[name]);
  const { trustedProxies = [] } = given;
  if (!Array.isArray(trustedProxies)) throw new TypeError("limits.trustedProxies: must be a list");
  return Object.freeze({
    trustedProxies: createNetworks(trustedProxies, "limits.trustedProxies"),
    forgedPerMinute: limit("forgedPerMinute"),
    rejectedCodesPerMinute: limit("rejectedCodesPerMinute"),
    refreshesPerMinute: limit("refreshesPerMinute"),
    introspectionsPerMinute: limit("introspectionsPerMinute"),
    revocationStreams: limit("revocationStreams"),
    platformCalls: limit("platformCalls"),
  });
}

function numberOf(name: LimitName, value: LimitOption | undefined): number {
  const { usual, least } = NUMBERS[name];
  if (value === undefined) return usual;
  if (value === false) return Number.POSITIVE_INFINITY;
  if (!Number.isSafeInteger(value) || value < least) {
    throw new TypeError(`limits.${name}: must be a whole number from ${least}, or false for no limit`);
  }
  return value;
}

function allOff(): LimitOptions {
  return Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, false]));
}
