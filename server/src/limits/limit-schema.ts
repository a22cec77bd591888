import * as z from "zod";
import { closed } from "../options/closed-object.ts";
import { checkedOptions } from "../options/mistakes.ts";
import { checkedText, list } from "../options/values.ts";
import { createNetworks, isNetwork } from "./addresses.ts";
import type { LimitOption, LimitOptions } from "./limit-options.ts";
import type { LimitSettings } from "./limit-settings.ts";

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
