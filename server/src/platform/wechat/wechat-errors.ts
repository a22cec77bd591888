import { HufuError } from "../../core/errors/errors.ts";
import type { Reason } from "../../core/errors/reasons.ts";
import type { WeChatOutcome } from "./wechat-outcome.ts";

/** What an errcode means for Hufu. */
export type WeChatErrorClass =
  | "invalid"
  | "used"
  | "blocked"
  | "rate_limited"
  | "busy"
  | "token_rejected"
  | "session_key_dead"
  | "openid_invalid"
  | "misconfigured"
  | "unknown";

const CLASSES: Readonly<Record<WeChatErrorClass, readonly number[]>> = {
  /** Wrong, expired, or made for another appid. */
  invalid: [40029],
  used: [40163],
  /** A high-risk user: WeChat intercepted the sign-in. */
  blocked: [40226],
  /** Per minute; per day. */
  rate_limited: [45011, 45009],
  busy: [-1],
  /** The access_token of the call is not, or no longer, the app's. */
  token_rejected: [40001, 40014, 42001],
  session_key_dead: [87007, 87009],
  openid_invalid: [40003],
  misconfigured: [
    40002, // grant_type
    40013, // appid
    40125, // secret
    40164, // the server's address is not on the app's list
    40243, // secret frozen
    41002, // appid missing
    41004, // secret missing
    41008, // code missing
    43002, // POST wanted
    47001, // body not understood
    61003, // not authorised to the third-party platform
    87008, // sig_method
    89503, // an administrator must confirm the server's address
  ],
  /** Never listed: every errcode that stands nowhere above. */
  unknown: [],
};

/** Every errcode that Hufu knows; docs/guides/wechat-errcodes.md lists them from here. */
export const WECHAT_ERRCODES: ReadonlyMap<number, WeChatErrorClass> = new Map(
  (Object.keys(CLASSES) as WeChatErrorClass[]).flatMap((name) => CLASSES[name].map((errcode) => [errcode, name])),
);

/** @see https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session */
export function classifyWeChatError(errcode: number): WeChatErrorClass {
  return WECHAT_ERRCODES.get(errcode) ?? "unknown";
}

/** WeChat's smallest quota is per minute. */
const RATE_LIMIT_SECONDS = 60;
const BUSY_SECONDS = 2;

/**
 * An unknown errcode is `platform_misconfigured`: WeChat is up and has refused, so a retry will not help a phone, and an
 * operator should see the number. A 503 would be retried for ever, unseen.
 */
export const WECHAT_REASONS: Readonly<Record<WeChatErrorClass, Reason>> = {
  invalid: "login_code_invalid",
  used: "login_code_used",
  blocked: "platform_blocked",
  rate_limited: "platform_rate_limited",
  busy: "platform_unavailable",
  token_rejected: "platform_misconfigured",
  session_key_dead: "platform_misconfigured",
  openid_invalid: "platform_misconfigured",
  misconfigured: "platform_misconfigured",
  unknown: "platform_misconfigured",
};

/** `platform_unavailable` with a `Retry-After` of two seconds. */
export function weChatUnavailable(detail: string): HufuError {
  return new HufuError("platform_unavailable", { retryAfter: BUSY_SECONDS, detail });
}

/**
 * The refusal for an outcome that is no success.
 *
 * It keeps neither WeChat's message nor what `fetch` threw: both may repeat the request, and the request holds secrets.
 */
export function weChatRefusal(call: string, outcome: WeChatOutcome): HufuError {
  if (outcome.kind === "fault" && outcome.what === "untrusted") {
    return new HufuError("platform_misconfigured", { detail: `${call}: ${outcome.detail}` });
  }
  if (outcome.kind === "fault") return weChatUnavailable(`${call}: ${outcome.what}: ${outcome.detail}`);
  const { errcode, rid } = outcome;
  if (errcode === undefined || errcode === 0) return weChatUnavailable(`${call}: an answer without its contents`);
  const name = classifyWeChatError(errcode);
  const detail = `${call}: errcode ${errcode} (${name})${rid === undefined ? "" : `, rid ${rid}`}`;
  if (name === "busy") return weChatUnavailable(detail);
  if (name === "rate_limited") return new HufuError(WECHAT_REASONS[name], { retryAfter: RATE_LIMIT_SECONDS, detail });
  return new HufuError(WECHAT_REASONS[name], { detail });
}
