import { type FailureKind, HufuClientError } from "../failure.ts";

/** What a failed call of the platform means. */
export interface PlatformVerdict {
  readonly error: HufuClientError;
  /** The same call may succeed later. */
  readonly retry: boolean;
}

type Row = readonly [fits: RegExp, kind: FailureKind, reason: string, advice?: string];

/**
 * Matched against errno and message; the first row that fits decides. Phones localize some messages, so Chinese words stand
 * beside the English ones.
 * @see https://developers.weixin.qq.com/miniprogram/dev/framework/usability/PublicErrno.html
 */
const ROWS: readonly Row[] = [
  [/fail:? ?abort$/i, "offline", "aborted"],
  [
    /^600002|domain list|合法域名/i,
    "bug",
    "domain_not_listed",
    "add the domain in the console; in DevTools tick 不校验合法域名",
  ],
  [/cert|证书|ssl|tls|code:-2\d\d/i, "bug", "certificate_refused", "send the certificate chain and TLS 1.2"],
  [/^600009|invalid url|is invalid|parameter|file not found|no such file/i, "bug", "call_invalid"],
  [
    /permission|denied|deny|support|not a function|not exist|privacy|scope|权限|隐私/i,
    "bug",
    "platform_refused",
    "base library, permissions, privacy declaration?",
  ],
  [/freq|45009|频繁/i, "busy", "login_too_often"],
  [/^-1 |system (error|busy)|系统/i, "busy", "platform_busy"],
  [/interrupt/i, "offline", "interrupted"],
  [/^5 |time[d_ ]*out|超时/i, "offline", "timeout"],
  [
    /^60000\d|net|connect|socket|host|dns|abort|resolve|offline|code:-1|网|连接|主机|服务器|:fail ?$/i,
    "offline",
    "no_network",
  ],
  // Calling it "no network" would hide the failure from developers.
  [/(?:)/, "bug", "platform_failed"],
];

/** Reads a platform's failure, which may be anything: an object, an error that was thrown, or nothing at all. */
export function readPlatformFailure(failure: unknown): PlatformVerdict {
  const given = Object(failure) as Readonly<Record<string, unknown>>;
  const errMsg = String(given["errMsg"] || given["message"] || failure);
  const errno = Number(given["errno"] || given["errCode"]) || undefined;
  const [, kind, reason, advice = ""] = ROWS.find(([fits]) => fits.test(`${errno} ${errMsg}`)) as Row;
  const facts: Record<string, unknown> = { errMsg, errno };
  if (kind === "bug") facts["message"] = advice ? `${advice} (${errMsg})` : errMsg;
  return { error: new HufuClientError(kind, reason, facts), retry: kind !== "bug" && reason !== "aborted" };
}
