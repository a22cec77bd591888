import type { FailureKind, HufuClientError } from "./failure.ts";

/** A text for users, in both languages. An empty one means: show nothing. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/** What to show the user, by kind of failure. Each text names the next step. */
export const KIND_TEXTS: Readonly<Record<FailureKind, Text>> = {
  offline: { zh: "网络不可用，请检查网络后重试", en: "No connection. Check the network and try again." },
  busy: { zh: "系统繁忙，请稍后再试", en: "The service is busy. Try again in a moment." },
  "signed-out": { zh: "登录已失效，请重新登录", en: "Your sign-in is no longer valid. Please sign in again." },
  banned: {
    zh: "账号已被封禁，如有疑问请联系客服",
    en: "This account is banned. Contact support if you have questions.",
  },
  forbidden: {
    zh: "您没有权限进行此操作，如需开通请联系客服",
    en: "You are not allowed to do this. Contact support to get access.",
  },
  bug: { zh: "出错了，请联系客服", en: "Something went wrong. Please contact support." },
};

/** Texts for reasons that need more than the text of their kind. */
export const REASON_TEXTS: Readonly<Record<string, Text>> = {
  session_kicked: { zh: "账号已被强制下线，请重新登录", en: "You were signed out. Please sign in again." },
  session_replaced: {
    zh: "账号有了新的登录，此处已下线，请重新登录",
    en: "A newer sign-in replaced this one. Please sign in again.",
  },
  session_logged_out: { zh: "您已退出登录，如需使用请重新登录", en: "You are signed out. Sign in to continue." },
  account_closed: {
    zh: "账号已注销，如需继续使用请重新登录",
    en: "This account was closed. Sign in to start a new one.",
  },
  account_banned: KIND_TEXTS.banned,
  platform_blocked: {
    zh: "微信暂时限制了该账号登录，请在微信中查看账号状态",
    en: "WeChat does not let this account sign in. Check the account's state in WeChat.",
  },
  sign_in_denied: { zh: "该账号暂不能登录，请联系客服", en: "This account cannot sign in here. Contact support." },
  too_many_sessions: {
    zh: "登录设备过多，请先在其他设备退出登录",
    en: "Too many devices are signed in. Sign out on another one first.",
  },
  sign_in_needed: { zh: "请先登录", en: "Please sign in first." },
  token_missing: { zh: "请先登录", en: "Please sign in first." },
  identity_mismatch: {
    zh: "当前微信账号与登录的账号不一致，请重新登录",
    en: "This is not the WeChat account that is signed in. Please sign in again.",
  },
  mac_missing: {
    zh: "当前微信版本过低，请更新微信后重试",
    en: "This version of WeChat is too old for this. Update WeChat and try again.",
  },
  step_up_required: { zh: "请先验证身份", en: "Please confirm that it is you." },
  ticket_invalid: { zh: "操作已失效，请重新确认", en: "This is no longer valid. Please confirm again." },
  ticket_expired: { zh: "操作超时，请重新确认", en: "This took too long. Please confirm again." },
  ticket_mismatch: { zh: "内容有变化，请刷新后重新确认", en: "Something has changed. Reload and confirm again." },
  ticket_redeemed: { zh: "该操作已处理，请刷新查看结果", en: "This was done before. Check the result." },
  login_too_often: { zh: "登录过于频繁，请稍后再试", en: "Too many sign-ins. Try again in a moment." },
  platform_busy: { zh: "微信繁忙，请稍后再试", en: "WeChat is busy. Try again in a moment." },
  interrupted: { zh: "操作未完成，请重试", en: "This was not finished. Try again." },
  timeout: { zh: "等待时间过长，请检查网络后重试", en: "It took too long. Check the network and try again." },
  answer_unreadable: {
    zh: "当前网络可能需要先登录（如酒店 Wi-Fi），请检查网络后重试",
    en: "This network may want you to sign in first, as in hotels. Check the network and try again.",
  },
  aborted: { zh: "", en: "" },
};

/** The client's own reasons, beside those of docs/protocol.md: each with what it means to a developer. */
export const CLIENT_REASONS: Readonly<Record<string, string>> = {
  no_network: "The platform could not reach the server.",
  timeout: "The call's time was over.",
  interrupted:
    "The call broke off: the app was in the background for over five seconds, or a stream ended in the middle.",
  aborted: "The app called abort().",
  answer_unreadable: "An answer came that is not the server's, such as the page of a captive portal.",
  unavailable: "A status of 429 or 5xx without a reason.",
  login_too_often: "The platform refuses wx.login for now.",
  platform_busy: "The platform reports a system error of its own.",
  sign_in_needed: "No user is signed in, and the client is told not to sign in by itself.",
  storage_contended: "Other runtimes keep changing the stored session.",
  token_refused: "A token passed to authorization({ refused }) was replaced; too many in a row are a bug.",
  domain_not_listed: "The address is not among the mini program's domains.",
  certificate_refused: "The device does not accept the server's certificate or TLS version.",
  platform_refused: "The platform does not offer this call, or does not permit it to this app.",
  platform_failed: "The platform gave a failure that the client does not know; the message holds it.",
  call_invalid: "The URL, the method or the file of the call is not valid.",
  key_unreadable: "The key that the session is bound to cannot be read from the platform's storage now.",
  answer_unexpected: "The server answered with a status and reason that make no sense here.",
};

/**
 * What to show the user for a failure; empty if there is nothing to show, because the app itself ended the call. Anything
 * but a `HufuClientError` is shown as a bug.
 * @param language default `zh`
 */
export function textFor(failure: unknown, language: keyof Text = "zh"): string {
  const { kind = "bug", reason = "" }: Partial<HufuClientError> = failure instanceof Error ? failure : {};
  return (REASON_TEXTS[reason] || KIND_TEXTS[kind] || KIND_TEXTS.bug)[language];
}
