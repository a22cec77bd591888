import { createHmac } from "node:crypto";

/**
 * HMAC-SHA256 in hex, keyed by the session_key's base64 *text*, not by the 16 bytes that it stands for.
 * WeChat signs the empty message where there is no body.
 *
 * @see https://developers.weixin.qq.com/miniprogram/en/dev/tutorial/open-ability/http-signature.html
 */
export function sessionKeySignature(sessionKey: string, message = ""): string {
  return createHmac("sha256", sessionKey).update(message).digest("hex");
}

/** The query by which both session_key calls name a user and prove to hold the key. */
export function sessionKeyQuery(openid: string, sessionKey: string): Readonly<Record<string, string>> {
  return { openid, signature: sessionKeySignature(sessionKey), sig_method: "hmac_sha256" };
}
