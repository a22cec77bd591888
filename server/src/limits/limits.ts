import { createHash } from "node:crypto";
import { HufuError } from "../core/errors/errors.ts";
import type { Notices } from "../core/log/notices.ts";
import type { Meter } from "../core/meter/meter.ts";
import type { LimitName } from "../core/meter/metrics.ts";
import type { Clock } from "../core/time/clock.ts";
import type { HotStore } from "../store/hot.ts";
import { addressKey, callerAddress, isPrivate } from "./addresses.ts";
import type { LimitSettings } from "./limit-settings.ts";
import { createSharedCounter } from "./shared-counter.ts";
import { type Counted, createWindowCounter } from "./window-counter.ts";

/**
 * Who may ask how much. Each method counts one event and throws HufuError `rate_limited` beyond the budget; nothing here
 * ever rejects for another reason. `undefined` = counted, and there was nothing to wait for.
 */
export interface Limits {
  /** The address of a caller, by the connection and what trusted proxies have written. */
  addressOf(peer: string | undefined, forwardedFor: string | undefined): string | undefined;
  /** A request that no honest caller sends. */
  forged(address: string | undefined): Promise<void>;
  /** Before a login code goes to the platform: an address that has sent many rejected ones may have to wait. */
  beforeCode(app: string, address: string | undefined): void;
  /** The platform rejected a login code. Never throws. */
  rejectedCode(app: string, address: string | undefined): Promise<void>;
  refresh(sid: string): Promise<void> | undefined;
  stepUp(sid: string): Promise<void> | undefined;
  introspection(clientId: string): Promise<void> | undefined;
  /** A stream of revocations opens; the answer is to be called when it ends. */
  stream(clientId: string): () => void;
  /** How many wrong secrets were shown for this client id in a minute, this one included. Never throws. */
  wrongSecret(clientId: string): Promise<number>;
}

export interface LimitsOptions {
  readonly settings: LimitSettings;
  readonly clock: Pick<Clock, "monotonic">;
  readonly notices: Pick<Notices, "warn">;
  readonly meter: Pick<Meter, "count">;
  /** Counts for all processes together; `undefined` = there is only this one. */
  readonly hot: Pick<HotStore, "count"> | undefined;
}

const MINUTE_MS = 60_000;
/** Rejected codes of one address that may be an honest user's, on a phone whose codes come too late. */
const HONEST_REJECTED = 5;
/** Failures are counted together across processes from a quarter of this. */
const WRONG_SECRETS = { most: 1000, windowMs: MINUTE_MS };

type SpentLimit = "forgedPerMinute" | "refreshesPerMinute" | "stepUpsPerMinute" | "introspectionsPerMinute";

export function createLimits({ settings, clock, notices, meter, hot }: LimitsOptions): Limits {
  const counter = createSharedCounter({ clock, notices, hot });
  const rejectedByAddress = createWindowCounter(clock);
  const strangers = new Map<string, number>();
  const streams = new Map<string, number>();
  let toldPrivate = false;

  function limited(limit: LimitName, endsInMs: number): HufuError {
    meter.count("hufu_limits_hit_total", { limit });
    return new HufuError("rate_limited", { retryAfter: Math.max(1, Math.ceil(endsInMs / 1000)) });
  }

  function spend(limit: SpentLimit, key: string): Promise<void> | undefined {
    const most = settings[limit];
    if (most === Number.POSITIVE_INFINITY) return undefined;
    const judge = ({ count, endsInMs }: Counted): Promise<void> | undefined =>
      count > most ? Promise.reject(limited(limit, endsInMs)) : undefined;
    const counted = counter.add(key, { most, windowMs: MINUTE_MS });
    return counted instanceof Promise ? counted.then(judge) : judge(counted);
  }

  /** What stands for the caller, or nothing where addresses say nothing about callers. */
  function keyOf(address: string | undefined): string | undefined {
    if (address === undefined) return undefined;
    if (!isPrivate(address) || !settings.trustedProxies.isEmpty) return addressKey(address);
    if (!toldPrivate) {
      toldPrivate = true;
      const message = "limits by address are off: callers come from a private address; set limits.trustedProxies";
      notices.warn("proxy_not_configured", { address }, message);
    }
    return undefined;
  }

  return Object.freeze({
    addressOf: (peer: string | undefined, forwardedFor: string | undefined) =>
      callerAddress(peer, forwardedFor, settings.trustedProxies),

    async forged(address: string | undefined): Promise<void> {
      const key = keyOf(address);
      if (key !== undefined) await spend("forgedPerMinute", `forged:${key}`);
    },

    beforeCode(app: string, address: string | undefined): void {
      const until = strangers.get(app);
      if (until === undefined) return;
      const leftMs = until - clock.monotonic();
      if (leftMs <= 0) strangers.delete(app);
      else if (address !== undefined && rejectedByAddress.peek(addressKey(address)) >= HONEST_REJECTED) {
        throw limited("rejectedCodesPerMinute", leftMs);
      }
    },

    async rejectedCode(app: string, address: string | undefined): Promise<void> {
      const most = settings.rejectedCodesPerMinute;
      if (most === Number.POSITIVE_INFINITY) return;
      const key = keyOf(address);
      if (key !== undefined) rejectedByAddress.add(key, MINUTE_MS);
      const { count, endsInMs } = await counter.add(`rejected:${hashOf(app)}`, { most, windowMs: MINUTE_MS });
      if (count <= most || strangers.has(app)) return;
      strangers.set(app, clock.monotonic() + endsInMs);
      notices.warn(
        "codes_rejected",
        { app, rejected: count },
        "the platform rejected more login codes than limits.rejectedCodesPerMinute allows: addresses that sent them wait",
      );
    },

    refresh: (sid: string) => spend("refreshesPerMinute", `refresh:${sid}`),
    stepUp: (sid: string) => spend("stepUpsPerMinute", `step-up:${sid}`),
    introspection: (clientId: string) => spend("introspectionsPerMinute", `introspect:${hashOf(clientId)}`),

    stream(clientId: string): () => void {
      const open = streams.get(clientId) ?? 0;
      if (open >= settings.revocationStreams) throw limited("revocationStreams", MINUTE_MS);
      streams.set(clientId, open + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        const left = (streams.get(clientId) ?? 1) - 1;
        if (left > 0) streams.set(clientId, left);
        else streams.delete(clientId);
      };
    },

    async wrongSecret(clientId: string): Promise<number> {
      return (await counter.add(`secret:${hashOf(clientId)}`, WRONG_SECRETS)).count;
    },
  });
}

/** An unauthenticated caller chooses the client id: it may have any length and characters. */
function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
