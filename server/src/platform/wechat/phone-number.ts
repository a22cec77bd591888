import { HufuError } from "../../core/errors/errors.ts";
import type { App, PlatformPhone } from "../platform.ts";
import type { CallWithToken } from "./call-with-token.ts";
import { isLoginCode } from "./code-session.ts";
import { classifyWeChatError, weChatRefusal } from "./wechat-errors.ts";
import type { WeChatOutcome } from "./wechat-outcome.ts";
import { unreadable } from "./wechat-outcome.ts";

const NAME = "getuserphonenumber";

/**
 * Code of the phone button in, number out. WeChat itself checks that the code belongs to the openid, so it is always sent.
 *
 * A bad phone code is `login_code_invalid` (used: `login_code_used`), the reasons of the grant that carries it: the
 * client then gets new codes. An endpoint that takes a phone code alone may use reasons of its own.
 * No second try after a time-out: the code is single-use, and only the user's finger makes another.
 *
 * @see https://developers.weixin.qq.com/miniprogram/dev/server/API/user-info/phone-number/api_getphonenumber
 */
export async function askPhoneNumber(
  call: CallWithToken,
  app: App,
  code: string,
  openid: string,
  within: AbortSignal,
): Promise<PlatformPhone> {
  if (!isLoginCode(code)) throw new HufuError("login_code_invalid", { detail: "malformed phone code, not sent" });
  const path = "/wxa/business/getuserphonenumber";
  const outcome = await call({ app, name: NAME, path, query: {}, body: { code, openid }, within });
  if (outcome.kind === "fault" || outcome.errcode !== 0) throw refusal(outcome);
  return { number: toNumber(app, outcome.fields["phone_info"]) };
}

function refusal(outcome: WeChatOutcome): HufuError {
  const { kind } = outcome;
  if (kind === "answer" && outcome.errcode !== undefined && classifyWeChatError(outcome.errcode) === "openid_invalid") {
    return new HufuError("login_code_invalid", { detail: `${NAME}: the code is not this openid's` });
  }
  return weChatRefusal(NAME, outcome);
}

function toNumber(app: App, info: unknown): string {
  const { countryCode, purePhoneNumber, watermark } = toFields(info);
  if (toFields(watermark)["appid"] !== app.appId) {
    throw new HufuError("platform_misconfigured", { detail: `${NAME}: the watermark names another appid` });
  }
  const country = toDigits(countryCode);
  const number = toDigits(purePhoneNumber);
  // E.164: fifteen digits at most, and no country code begins with 0. WeChat writes 86 as a number or as text.
  if (!/^[1-9]\d{0,2}$/.test(country) || !/^\d{4,14}$/.test(number) || country.length + number.length > 15) {
    throw weChatRefusal(NAME, unreadable("an answer without a phone number"));
  }
  return `+${country}${number}`;
}

function toFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function toDigits(value: unknown): string {
  return typeof value === "number" || typeof value === "string" ? String(value) : "";
}
