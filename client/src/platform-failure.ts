import { HufuClientError } from "./failure.ts";
import type { PlatformFailure } from "./runtime.ts";

const NOT_LISTED = 600002;
const BAD_URL = 600009;

/**
 * What a platform's own failure means. `retry`: the same call may succeed later.
 * @see https://developers.weixin.qq.com/miniprogram/dev/framework/usability/PublicErrno.html
 */
export function readPlatformFailure({ errMsg, errno }: PlatformFailure): {
  readonly error: HufuClientError;
  readonly retry: boolean;
} {
  const facts = { errMsg, errno } as { errMsg: string; errno: number };
  const bug = (reason: string, message: string) => ({
    error: new HufuClientError("bug", reason, Object.assign({ message }, facts)),
    retry: false,
  });
  if (errno === NOT_LISTED || /not in domain list/i.test(errMsg)) {
    return bug("domain_not_listed", 'tick "不校验合法域名" in DevTools, or add the domain in the console');
  }
  if (errno === BAD_URL || /invalid url|method is invalid/i.test(errMsg)) return bug("call_invalid", errMsg);
  if (/fail abort/.test(errMsg)) return { error: new HufuClientError("offline", "aborted", facts), retry: false };
  if (/freq|45009/.test(errMsg)) return { error: new HufuClientError("busy", "login_too_often", facts), retry: true };
  const reason = /interrupt/i.test(errMsg) ? "interrupted" : /time ?out/i.test(errMsg) ? "timeout" : "no_network";
  return { error: new HufuClientError("offline", reason, facts), retry: true };
}
