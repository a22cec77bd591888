import { z } from "zod";
import { closed } from "../options/closed-object.ts";
import { checkedOptions } from "../options/mistakes.ts";
import { checkedText, list } from "../options/values.ts";
import { createNetworks, isNetwork, type Networks } from "./addresses.ts";

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
  /** By session: refreshes in a minute, at least 120. Honest peak: 20, a phone on a bad network. Default 600. */
  readonly refreshesPerMinute?: LimitOption | undefined;
  /** By session: step-ups in a minute. Honest peak: one for each sensitive operation. Default 30. */
  readonly stepUpsPerMinute?: LimitOption | undefined;
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
  readonly stepUpsPerMinute: number;
  readonly introspectionsPerMinute: number;
  readonly revocationStreams: number;
  readonly platformCalls: number;
}

const BY_MINUTE = "in a minute";

/** What a deployment may set under `limits`, as it is validated; `false` = no limits at all. */
export const limitOptions = z
  .union(
    [
      closed({
        trustedProxies: list(
          checkedText("An IP address or a range such as 10.0.0.0/8.", networkMistake),
          "Reverse proxies whose X-Forwarded-For is believed. Default is none.",
        ).default([]),
        forgedPerMinute: limit(`By address: requests ${BY_MINUTE} that no honest phone sends.`).default(60),
        rejectedCodesPerMinute: limit(`By app: login codes ${BY_MINUTE} that the platform rejects.`).default(300),
        refreshesPerMinute: limit(`By session: refreshes ${BY_MINUTE}, at least 120.`, 120).default(600),
        stepUpsPerMinute: limit(`By session: step-ups ${BY_MINUTE}.`).default(30),
        introspectionsPerMinute: limit(`By client: introspections ${BY_MINUTE}.`).default(60_000),
        revocationStreams: limit("By client: open streams of /revocations on one node.").default(1000),
        platformCalls: limit("Calls to platforms in flight in one process.").default(64),
      }),
      z.literal(false),
    ],
    { error: "must be an object, or false for no limits" },
  )
  .describe("How much may be asked, by address, session, app and client; false is no limits.");

/**
 * @param options `false` = no limits at all
 * @throws TypeError that names the option
 */
export function resolveLimits(options: LimitOptions | false = {}): LimitSettings {
  const { limits } = checkedOptions(closed({ limits: limitOptions }), { limits: options });
  if (limits === false) return NO_LIMITS;
  return Object.freeze({
    trustedProxies: createNetworks(limits.trustedProxies, "limits.trustedProxies"),
    forgedPerMinute: amount(limits.forgedPerMinute),
    rejectedCodesPerMinute: amount(limits.rejectedCodesPerMinute),
    refreshesPerMinute: amount(limits.refreshesPerMinute),
    stepUpsPerMinute: amount(limits.stepUpsPerMinute),
    introspectionsPerMinute: amount(limits.introspectionsPerMinute),
    revocationStreams: amount(limits.revocationStreams),
    platformCalls: amount(limits.platformCalls),
  });
}

const NONE = Number.POSITIVE_INFINITY;
const NO_LIMITS: LimitSettings = Object.freeze({
  trustedProxies: createNetworks([], "limits.trustedProxies"),
  forgedPerMinute: NONE,
  rejectedCodesPerMinute: NONE,
  refreshesPerMinute: NONE,
  stepUpsPerMinute: NONE,
  introspectionsPerMinute: NONE,
  revocationStreams: NONE,
  platformCalls: NONE,
});

function amount(option: LimitOption): number {
  return option === false ? NONE : option;
}

function limit(about: string, least = 1) {
  const error = `must be a whole number from ${least}, or false for no limit`;
  return z.union([z.int({ error }).min(least, { error }), z.literal(false)], { error }).describe(about);
}

function networkMistake(written: string): string | undefined {
  return isNetwork(written) ? undefined : "must be an IP address or a range such as 10.0.0.0/8";
}
