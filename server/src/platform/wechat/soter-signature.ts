import type { App } from "../platform.ts";
import type { CallWithToken } from "./call-with-token.ts";
import { weChatRefusal } from "./wechat-errors.ts";
import { unreadable } from "./wechat-outcome.ts";

const NAME = "verify_signature";

/** What `wx.startSoterAuthentication` gave the page, and of whom. */
export interface SoterSignature {
  readonly app: App;
  readonly openid: string;
  /** `resultJSON` as it came, byte for byte. */
  readonly json: string;
  /** `resultJSONSignature`. */
  readonly signature: string;
  readonly within: AbortSignal;
}

/**
 * Was this signed by the secure hardware of a phone of that user? WeChat keeps the phones' keys.
 * @see https://developers.weixin.qq.com/miniprogram/dev/server/API/soter/api_verifysignature
 */
export async function verifySoterSignature(call: CallWithToken, soter: SoterSignature): Promise<boolean> {
  const { app, openid, json, signature, within } = soter;
  const body = { openid, json_string: json, json_signature: signature };
  const outcome = await call({ app, name: NAME, path: "/cgi-bin/soter/verify_signature", query: {}, body, within });
  if (outcome.kind === "fault" || (outcome.errcode !== undefined && outcome.errcode !== 0)) {
    throw weChatRefusal(NAME, outcome);
  }
  const isOk = outcome.fields["is_ok"];
  if (typeof isOk !== "boolean") throw weChatRefusal(NAME, unreadable("an answer without is_ok"));
  return isOk;
}
