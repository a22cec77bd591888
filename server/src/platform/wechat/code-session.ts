import { HufuError } from "../../core/errors/errors.ts";
import type { Logger } from "../../core/log/log.ts";
import type { Deadline } from "../../core/time/deadline.ts";
import type { Breaker } from "../breaker.ts";
import type { App, PlatformIdentity } from "../platform.ts";
import { isVisibleAscii } from "./visible-ascii.ts";
import type { WeChatCall } from "./wechat-call.ts";
import { weChatRefusal } from "./wechat-errors.ts";
import type { WeChatFault, WeChatOutcome } from "./wechat-outcome.ts";
import { unreadable } from "./wechat-outcome.ts";

const NAME = "jscode2session";
const CODE_LENGTH = 256;
const ID_LENGTH = 128;
const SESSION_KEY_LENGTH = 256;

/** Real codes have 32 letters and digits, but WeChat does not promise it. */
export function isLoginCode(text: string): boolean {
  return isVisibleAscii(text, CODE_LENGTH);
}

export interface CodeSessionOptions {
  readonly call: WeChatCall;
  readonly breaker: Breaker;
  readonly log: Logger;
  readonly deadline: Deadline;
  /** For the whole sign-in, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Login code in, identity out.
 * @see https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session
 */
export function createCodeSession(options: CodeSessionOptions): (app: App, code: string) => Promise<PlatformIdentity> {
  const { call, breaker, log, deadline, timeoutMs } = options;

  async function ask(app: App, code: string, within: AbortSignal): Promise<WeChatOutcome | PlatformIdentity> {
    const query = { appid: app.appId, secret: app.appSecret, js_code: code, grant_type: "authorization_code" };
    return toIdentity(await call({ app, name: NAME, path: "/sns/jscode2session", query, within }));
  }

  /** At most two tries: a single-use code deserves no more, and the deadline allows no more. */
  async function askPatiently(app: App, code: string): Promise<WeChatOutcome | PlatformIdentity> {
    const within = deadline(timeoutMs);
    const first = await ask(app, code, within);
    if (!mayRepeat(first) || within.aborted) return first;
    const second = await ask(app, code, within);
    if (mayHaveBurnt(first) && "kind" in second && second.kind === "answer" && second.errcode === 40163) {
      log.info({ platform: "wechat", app: app.id, call: NAME }, "our own first try has probably used the code up");
    }
    return second;
  }

  return async (app, code) => {
    if (!isLoginCode(code)) throw new HufuError("login_code_invalid", { detail: "malformed, not sent" });
    const passage = breaker.enter(`wechat ${app.id}`);
    let healthy: boolean | undefined;
    try {
      const result = await askPatiently(app, code);
      healthy = healthOf(result, code);
      if ("kind" in result) throw weChatRefusal(NAME, result);
      return result;
    } finally {
      passage.settle(healthy);
    }
  };
}

/**
 * Success is an openid: errcode is absent from most successes.
 * An answer with an error code is never a success, even if it holds an openid.
 */
function toIdentity(outcome: WeChatOutcome): WeChatOutcome | PlatformIdentity {
  if (outcome.kind === "fault" || (outcome.errcode !== undefined && outcome.errcode !== 0)) return outcome;
  const { openid, unionid, session_key: sessionKey } = outcome.fields;
  if (!isVisibleAscii(openid, ID_LENGTH)) return unreadable("an answer without an openid");
  return {
    openid,
    unionid: isVisibleAscii(unionid, ID_LENGTH) ? unionid : null,
    sessionKey: isVisibleAscii(sessionKey, SESSION_KEY_LENGTH) ? sessionKey : null,
  };
}

function isBusy(result: WeChatOutcome | PlatformIdentity): boolean {
  return "kind" in result && result.kind === "answer" && result.errcode === -1;
}

function mayHaveBurnt(result: WeChatOutcome | PlatformIdentity): boolean {
  return isBusy(result) || ("kind" in result && result.kind === "fault" && result.what !== "unreachable");
}

/** Another try would end the same: a proxy answers as before, a certificate stays, this process still lacks resources. */
const PERMANENT: ReadonlySet<WeChatFault["what"]> = new Set(["unreadable", "untrusted", "local"]);

function mayRepeat(result: WeChatOutcome | PlatformIdentity): boolean {
  return isBusy(result) || ("kind" in result && result.kind === "fault" && !PERMANENT.has(result.what));
}

/** Real codes look like this. What any other text does to the platform says nothing about the platform. */
const PLAIN_CODE = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * What an exchange says about WeChat. An errcode other than −1 shows that it works, even if it refuses. A failure that
 * the text of the code may have caused, or that lies with this process, says nothing.
 */
function healthOf(result: WeChatOutcome | PlatformIdentity, code: string): boolean | undefined {
  if (!("kind" in result) || (result.kind === "answer" && result.errcode !== -1)) return true;
  if (!PLAIN_CODE.test(code)) return undefined;
  if (result.kind === "answer") return false;
  if (result.what === "local" || result.what === "untrusted") return undefined;
  // A 4xx without an errcode comes from a proxy or firewall, and is about this one request.
  const status = result.status ?? 0;
  return status >= 400 && status < 500 ? undefined : false;
}
