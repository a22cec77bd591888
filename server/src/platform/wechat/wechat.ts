import type { Logger } from "../../core/log/log.ts";
import { type Meter, silentMeter } from "../../core/meter/meter.ts";
import type { Clock } from "../../core/time/clock.ts";
import { type Deadline, systemDeadline } from "../../core/time/deadline.ts";
import { silentTracer, type Tracer } from "../../core/tracer/tracer.ts";
import { createBreaker } from "../breaker.ts";
import { createCallGate } from "../call-gate.ts";
import type { Platform, PlatformCache } from "../platform.ts";
import { createCallWithToken } from "./call-with-token.ts";
import { checkSessionKey } from "./check-session-key.ts";
import { createCodeSession, isLoginCode } from "./code-session.ts";
import { askPhoneNumber } from "./phone-number.ts";
import { resetSessionKey } from "./reset-session-key.ts";
import { verifySoterSignature } from "./soter-signature.ts";
import type { PlatformBox } from "./stable-token.ts";
import { createStableTokens } from "./stable-token.ts";
import { askUserKeys } from "./user-keys.ts";
import type { PlatformFetch } from "./wechat-call.ts";
import { createWeChatCall } from "./wechat-call.ts";

export interface WeChatOptions {
  readonly fetch: PlatformFetch;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: counts are discarded. */
  readonly meter?: Meter;
  /** Default: no spans. */
  readonly tracer?: Tracer;
  /** Shared by all nodes if possible; keeps the apps' access_tokens, sealed. */
  readonly cache: PlatformCache;
  /** Seals what goes into the cache. */
  readonly box: PlatformBox;
  /** Makes the signal of a deadline. Default is `AbortSignal.timeout`. */
  readonly deadline?: Deadline;
  /** Requests in flight; further ones wait for a moment. Default is 64; `Infinity` = no limit. */
  readonly callsMost?: number;
  /** For one request, in milliseconds. Default is 5000. */
  readonly callTimeoutMs?: number;
  /** For one sign-in, or one of the other operations, in milliseconds. Default is 10000. */
  readonly signInTimeoutMs?: number;
}

const CALLS_MOST = 64;

/**
 * WeChat mini programs.
 * @throws TypeError if a time-out is not a positive number
 */
export function createWeChat(options: WeChatOptions): Platform {
  const { fetch, clock, log, meter = silentMeter, tracer = silentTracer, cache, box } = options;
  const deadline = options.deadline ?? systemDeadline;
  const callTimeoutMs = positive(options.callTimeoutMs ?? 5000, "callTimeoutMs");
  const signInTimeoutMs = positive(options.signInTimeoutMs ?? 10_000, "signInTimeoutMs");

  const gate = createCallGate(options.callsMost ?? CALLS_MOST, deadline);
  const call = createWeChatCall({ fetch, clock, log, meter, tracer, gate, deadline, timeoutMs: callTimeoutMs });
  const tokens = createStableTokens({ call, cache, box, clock, log, deadline, timeoutMs: callTimeoutMs });
  const callWithToken = createCallWithToken(call, tokens);
  const breaker = createBreaker({ clock, log });
  meter.watch("hufu_breakers_open", breaker.open);

  return Object.freeze<Platform>({
    name: "wechat",
    isCode: isLoginCode,
    exchange: createCodeSession({ call, breaker, log, deadline, timeoutMs: signInTimeoutMs }),
    phoneNumber: (app, code, openid) => askPhoneNumber(callWithToken, app, code, openid, deadline(signInTimeoutMs)),
    verifyBiometrics: (app, openid, json, signature) =>
      verifySoterSignature(callWithToken, { app, openid, json, signature, within: deadline(signInTimeoutMs) }),
    checkSessionKey: (app, openid, sessionKey) =>
      checkSessionKey(callWithToken, app, openid, sessionKey, deadline(signInTimeoutMs)),
    resetSessionKey: (app, openid, sessionKey) =>
      resetSessionKey(callWithToken, app, openid, sessionKey, deadline(signInTimeoutMs)),
    userKeys: (app, openid, sessionKey) =>
      askUserKeys(callWithToken, breaker, { app, openid, sessionKey, within: deadline(signInTimeoutMs) }),
    async checkAccess(app) {
      await tokens.find(app, deadline(signInTimeoutMs));
    },
  });
}

function positive(ms: number, option: string): number {
  if (!(Number.isFinite(ms) && ms > 0)) throw new TypeError(`${option}: milliseconds, more than zero`);
  return ms;
}
