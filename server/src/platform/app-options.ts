/** A mini program as its owner writes it down. */
export interface AppOptions {
  /** The OAuth `client_id`. Default is `appId`; from a function, the client id that was asked for. */
  readonly id?: string | undefined;
  /** Default is `"wechat"`. */
  readonly platform?: string | undefined;
  /** The platform's app id, such as `wx…`. */
  readonly appId: string;
  readonly appSecret: string;
  /** Base URL of the platform's API, https (http on a loopback address). Default for WeChat is `https://api.weixin.qq.com`. */
  readonly endpoint?: string | undefined;
  /**
   * Let `endpoint` be plain http: for the internal network of WeChat cloud hosting, where no stranger is on the way. The
   * app secret travels unprotected. Default is `false`.
   */
  readonly allowPlainHttp?: boolean | undefined;
  /**
   * Inside one scope equal unionids mean one person; `null` = never link.
   * Default is the platform's name in a list, `null` from a function: see `createApps`.
   */
  readonly unionScope?: string | null | undefined;
  /**
   * Most login codes that all nodes together ask the platform about in a minute; further sign-ins are told to come again
   * (429 `rate_limited`), and their codes stay good. For the rush after everybody was signed out. Default is no limit.
   */
  readonly signInsPerMinute?: number | undefined;
  /** May only sign in with a proof of possession. Default is `false`. */
  readonly requireProof?: boolean | undefined;
}
