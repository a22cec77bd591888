import type { FailureKind, HufuClientError } from "./failure.ts";

/** A text in both languages that the client speaks. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/** What to tell the user, by kind of failure. */
export const KIND_TEXTS: Readonly<Record<FailureKind, Text>> = {
  offline: { zh: "网络不可用，请检查网络后重试", en: "No connection. Check the network and try again." },
  busy: { zh: "系统繁忙，请稍后再试", en: "The service is busy. Try again in a moment." },
  "signed-out": { zh: "请重新登录", en: "Please sign in again." },
  banned: { zh: "账号已被封禁", en: "This account is banned." },
  forbidden: { zh: "没有权限进行此操作", en: "You are not allowed to do this." },
  bug: { zh: "出错了，请联系客服", en: "Something went wrong. Please contact support." },
};

/** Where a reason has more to tell than its kind. */
export const REASON_TEXTS: Readonly<Record<string, Text>> = {
  session_kicked: { zh: "您已被管理员下线，请重新登录", en: "An administrator signed you out. Please sign in again." },
  session_replaced: { zh: "您的账号已在其他设备登录", en: "You signed in on another device." },
  session_logged_out: { zh: "您已退出登录", en: "You are signed out." },
  account_closed: { zh: "账号已注销", en: "This account was closed." },
  platform_blocked: { zh: "微信已限制该账号登录", en: "The platform does not let this account sign in." },
  sign_in_denied: { zh: "该账号暂不能登录", en: "This account may not sign in here." },
  too_many_sessions: {
    zh: "登录设备过多，请先在其他设备退出",
    en: "Too many devices are signed in. Sign out on another one first.",
  },
  step_up_required: { zh: "请先验证身份", en: "Please confirm that it is you." },
  login_too_often: { zh: "登录过于频繁，请稍后再试", en: "Too many sign-ins. Try again in a moment." },
  interrupted: { zh: "小程序进入后台，请求已中断", en: "The app was in the background. Try again." },
  timeout: { zh: "请求超时，请稍后再试", en: "It took too long. Try again." },
};

/** The client's own reasons, beside those of docs/protocol.md: each with what it means to a developer. */
export const CLIENT_REASONS: Readonly<Record<string, string>> = {
  no_network: "The platform could not reach the server.",
  timeout: "The time for the call was over.",
  interrupted: "The mini program was in the background for longer than five seconds.",
  aborted: "The app called abort().",
  answer_unreadable: "An answer came that is none of the server's, such as a hotel's page.",
  unavailable: "A status of 429 or 5xx without a reason.",
  login_too_often: "The platform refuses wx.login for now.",
  sign_in_needed: "Nobody is signed in, and the client is told not to sign in by itself.",
  storage_contended: "Other runtimes keep changing the stored session.",
  domain_not_listed: "The address is not among the mini program's domains.",
  call_invalid: "The platform does not take the call as it is.",
  answer_unexpected: "The server answered with a status and reason that make no sense here.",
};

/**
 * What to tell the user about whatever was caught; what is no `HufuClientError` is told as a bug.
 * @param language default `zh`
 */
export function textFor(failure: unknown, language: keyof Text = "zh"): string {
  const { kind = "bug", reason = "" }: Partial<HufuClientError> = failure instanceof Error ? failure : {};
  return (REASON_TEXTS[reason] || KIND_TEXTS[kind] || KIND_TEXTS.bug)[language];
}
