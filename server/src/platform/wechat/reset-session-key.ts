import type { App } from "../platform.ts";
import type { CallWithToken } from "./call-with-token.ts";
import { sessionKeyQuery } from "./session-key-signature.ts";
import { isVisibleAscii } from "./visible-ascii.ts";
import { classifyWeChatError, weChatRefusal } from "./wechat-errors.ts";
import { unreadable } from "./wechat-outcome.ts";

const NAME = "resetusersessionkey";

/**
 * Makes WeChat forget the session_key and answers the new one, which inherits the old one's end;
 * `undefined` if the key was dead already, for then there is nothing to take back.
 *
 * Not repeated after a time-out: if the first try arrived, the old key can no longer sign a second.
 * @see https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_resetusersessionkey
 */
export async function resetSessionKey(
  call: CallWithToken,
  app: App,
  openid: string,
  sessionKey: string,
  within: AbortSignal,
): Promise<string | undefined> {
  const query = sessionKeyQuery(openid, sessionKey);
  const outcome = await call({ app, name: NAME, path: "/wxa/resetusersessionkey", query, within });
  if (outcome.kind === "fault" || outcome.errcode === undefined) throw weChatRefusal(NAME, outcome);
  if (classifyWeChatError(outcome.errcode) === "session_key_dead") return undefined;
  if (outcome.errcode !== 0) throw weChatRefusal(NAME, outcome);
  const { openid: answered, session_key: fresh } = outcome.fields;
  if (answered !== openid || !isVisibleAscii(fresh, 256)) {
    throw weChatRefusal(NAME, unreadable("an answer without this user's new key"));
  }
  return fresh;
}
