import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Did WeChat sign this `rawData` (of `wx.getUserInfo` and its kin) for the holder of that session_key?
 * The signature is SHA-1 over the text followed by the session_key's base64 text, in hex: weak by today's measure,
 * and worth no more than the integrity of what the client shows.
 *
 * @see https://developers.weixin.qq.com/minigame/dev/guide/open-ability/signature.html
 */
export function isRawDataSignature(rawData: string, sessionKey: string, signature: string): boolean {
  if (!/^[0-9a-f]{40}$/i.test(signature)) return false;
  const expected = createHash("sha1").update(rawData).update(sessionKey).digest();
  return timingSafeEqual(expected, Buffer.from(signature, "hex"));
}
