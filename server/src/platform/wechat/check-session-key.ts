import type { App } from "../platform.ts";
import type { CallWithToken } from "./call-with-token.ts";
import { sessionKeyQuery } from "./session-key-signature.ts";
import { classifyWeChatError, weChatRefusal } from "./wechat-errors.ts";

const NAME = "checksession";

/**
 * Is this still WeChat's session_key of that user? A stale key makes a wrong signature, which is how WeChat says no.
 * @see https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_checksessionkey
 */
export async function checkSessionKey(
  call: CallWithToken,
  app: App,
  openid: string,
  sessionKey: string,
  within: AbortSignal,
): Promise<boolean> {
  // The page's table puts these into a body; its sample, and the server, want them in the query.
  const query = sessionKeyQuery(openid, sessionKey);
  const outcome = await call({ app, name: NAME, path: "/wxa/checksession", query, within });
  if (outcome.kind === "answer" && outcome.errcode !== undefined) {
    if (outcome.errcode === 0) return true;
    if (classifyWeChatError(outcome.errcode) === "session_key_dead") return false;
  }
  throw weChatRefusal(NAME, outcome);
}
