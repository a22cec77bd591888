import { createHash } from "node:crypto";
import { lengthPrefixed } from "../../core/length-prefixed.ts";
import { faultLevel } from "../../core/log/fault-level.ts";
import type { Logger } from "../../core/log/log.ts";
import type { Clock } from "../../core/time/clock.ts";
import { type Deadline, untilAborted } from "../../core/time/deadline.ts";
import type { App, PlatformCache } from "../platform.ts";
import { isVisibleAscii } from "./visible-ascii.ts";
import type { WeChatCall } from "./wechat-call.ts";
import { weChatRefusal, weChatUnavailable } from "./wechat-errors.ts";
import { unreadable } from "./wechat-outcome.ts";

/** What seals the cached token. What was sealed under one label opens under that label only, else `open` throws. */
export interface PlatformBox {
  seal(text: string, label: string): string;
  open(sealed: string, label: string): { toString(encoding: "utf8"): string };
}

/** An app's access_token for the calls that need one. */
export interface StableTokens {
  /** The app's token, from the cache if it can be. */
  find(app: App, within: AbortSignal): Promise<string>;
  /** A token after WeChat has rejected `rejected`: what another node has fetched since, or a new one. */
  replace(app: App, rejected: string, within: AbortSignal): Promise<string>;
}

export interface StableTokenOptions {
  readonly call: WeChatCall;
  readonly cache: PlatformCache;
  readonly box: PlatformBox;
  readonly clock: Clock;
  readonly log: Logger;
  readonly deadline: Deadline;
  readonly timeoutMs: number;
}

const NAME = "stable_token";
const MARGIN_MS = 300_000;
/** WeChat promises at most two hours; a larger number is a mistake. */
const LONGEST_SECONDS = 7200;
const TOKEN_LENGTH = 2048;

/**
 * Tokens of `cgi-bin/stable_token`: every node that asks gets the same one, so that no node invalidates the token of another.
 * `force_refresh` would, and is never sent. One fetch per app is in flight at a time in a process.
 *
 * @see https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken
 */
export function createStableTokens(options: StableTokenOptions): StableTokens {
  const { call, cache, box, clock, log, deadline, timeoutMs } = options;
  const inFlight = new Map<string, Promise<string>>();

  async function recall(key: string, within: AbortSignal): Promise<string | undefined> {
    try {
      const sealed = await untilAborted(within, cache.recall(key));
      if (sealed === undefined) return undefined;
      const kept: unknown = JSON.parse(box.open(sealed, key).toString("utf8"));
      if (!Array.isArray(kept)) return undefined;
      const [token, until] = kept as readonly unknown[];
      return isVisibleAscii(token, TOKEN_LENGTH) && typeof until === "number" && clock.now() < until
        ? token
        : undefined;
    } catch (cause) {
      // Not the cause itself: the parser's words quote what was kept.
      log[faultLevel(cause)]({ platform: "wechat" }, "the cached access_token could not be read");
      return undefined;
    }
  }

  async function remember(key: string, token: string, ttlMs: number, within: AbortSignal): Promise<void> {
    if (ttlMs <= 0) return;
    try {
      const sealed = box.seal(JSON.stringify([token, clock.now() + ttlMs]), key);
      await untilAborted(within, cache.remember(key, sealed, ttlMs));
    } catch (cause) {
      log[faultLevel(cause)]({ platform: "wechat" }, "the access_token could not be cached");
    }
  }

  async function fetchToken(app: App, key: string): Promise<string> {
    // Several callers may wait for this fetch, so it has a deadline of its own and not one of theirs.
    const within = deadline(timeoutMs);
    const body = { grant_type: "client_credential", appid: app.appId, secret: app.appSecret };
    const outcome = await call({ app, name: NAME, path: "/cgi-bin/stable_token", query: {}, body, within });
    if (outcome.kind === "fault" || (outcome.errcode !== undefined && outcome.errcode !== 0)) {
      throw weChatRefusal(NAME, outcome);
    }
    const { access_token: token, expires_in: seconds } = outcome.fields;
    if (!isVisibleAscii(token, TOKEN_LENGTH) || typeof seconds !== "number" || !(seconds > 0)) {
      throw weChatRefusal(NAME, unreadable("an answer without a token"));
    }
    await remember(key, token, Math.min(seconds, LONGEST_SECONDS) * 1000 - MARGIN_MS, within);
    return token;
  }

  async function obtain(app: App, rejected: string | undefined, within: AbortSignal): Promise<string> {
    const key = cacheKey(app);
    const kept = await recall(key, within);
    if (kept !== undefined && kept !== rejected) return kept;
    let running = inFlight.get(key);
    if (running === undefined) {
      running = fetchToken(app, key).finally(() => inFlight.delete(key));
      inFlight.set(key, running);
    }
    try {
      return await untilAborted(within, running);
    } catch (error) {
      throw within.aborted ? weChatUnavailable(`${NAME}: no answer within the deadline`) : error;
    }
  }

  return Object.freeze({
    find: (app: App, within: AbortSignal) => obtain(app, undefined, within),
    replace: (app: App, rejected: string, within: AbortSignal) => obtain(app, rejected, within),
  });
}

/** The secret is part of it, so that a tenant who only claims an appid never gets that app's token. */
function cacheKey(app: App): string {
  const digest = createHash("sha256").update(lengthPrefixed(app.endpoint, app.appId, app.appSecret));
  return `wechat-token:${digest.digest("base64url")}`;
}
