import type { Breaker } from "../breaker.ts";
import type { App, UserKey } from "../platform.ts";
import type { CallWithToken } from "./call-with-token.ts";
import { sessionKeyQuery } from "./session-key-signature.ts";
import { isVisibleAscii } from "./visible-ascii.ts";
import { classifyWeChatError, weChatRefusal } from "./wechat-errors.ts";
import { unreadable, type WeChatOutcome } from "./wechat-outcome.ts";

const NAME = "getuserencryptkey";
/** The page promises three. More than that is read, but not without end. */
const KEYS_MOST = 16;
const KEY_LENGTH = 256;
/** The page promises an hour; a larger number is a mistake. */
const LONGEST_SECONDS = 3600;

/** Whose keys are asked for, and the session_key that proves the right to. */
export interface UserKeysOf {
  readonly app: App;
  readonly openid: string;
  readonly sessionKey: string;
  readonly within: AbortSignal;
}

/**
 * The user's keys that are still in use; `undefined` if the session_key is stale.
 *
 * A POST with everything in the query and an empty body: even `{}` makes the signature a wrong one, and developers report
 * that the GET of the newer page does not work.
 * @see https://developers.weixin.qq.com/miniprogram/dev/server/API/user-info/internet/api_getuserencryptkey
 */
export async function askUserKeys(
  call: CallWithToken,
  breaker: Breaker,
  { app, openid, sessionKey, within }: UserKeysOf,
): Promise<readonly UserKey[] | undefined> {
  const passage = breaker.enter(`wechat ${app.id} user keys`);
  let healthy: boolean | undefined;
  try {
    const query = sessionKeyQuery(openid, sessionKey);
    const path = "/wxa/business/getuserencryptkey";
    const outcome = await call({ app, name: NAME, path, query, body: "empty", within });
    healthy = healthOf(outcome);
    if (outcome.kind === "fault" || outcome.errcode === undefined) throw weChatRefusal(NAME, outcome);
    if (classifyWeChatError(outcome.errcode) === "session_key_dead") return undefined;
    if (outcome.errcode !== 0) throw weChatRefusal(NAME, outcome);
    const list: unknown = outcome.fields["key_info_list"];
    if (!Array.isArray(list) || list.length > KEYS_MOST)
      throw weChatRefusal(NAME, unreadable("an answer without keys"));
    return list.map(readKey).filter(({ expiresIn }) => expiresIn > 0);
  } finally {
    passage.settle(healthy);
  }
}

function readKey(given: unknown): UserKey {
  const { encrypt_key: key, version, expire_in: expiresIn } = Object(given) as Readonly<Record<string, unknown>>;
  const isKey = isVisibleAscii(key, KEY_LENGTH) && Number.isSafeInteger(version) && Number.isFinite(expiresIn);
  if (!isKey) throw weChatRefusal(NAME, unreadable("a key without its parts"));
  return { version: Number(version), key, expiresIn: Math.min(Number(expiresIn), LONGEST_SECONDS) };
}

/** An errcode other than −1 shows that WeChat works; what lies with this process says nothing. */
function healthOf(outcome: WeChatOutcome): boolean | undefined {
  if (outcome.kind === "answer") return outcome.errcode !== -1;
  return outcome.what === "local" || outcome.what === "untrusted" ? undefined : false;
}
