import { isLoopback } from "../core/issuer.ts";
import type { App } from "./platform.ts";
import { isVisibleAscii } from "./wechat/visible-ascii.ts";

/** A mini program as its owner writes it down. */
export interface AppOptions {
  /** The OAuth `client_id`. Default is `appId`; from a function, the client id that was asked for. */
  readonly id?: string;
  /** Default is `"wechat"`. */
  readonly platform?: string;
  /** The platform's app id, such as `wx…`. */
  readonly appId: string;
  readonly appSecret: string;
  /** Base URL of the platform's API, https (http on a loopback address). Default for WeChat is `https://api.weixin.qq.com`. */
  readonly endpoint?: string;
  /**
   * Let `endpoint` be plain http: for the internal network of WeChat cloud hosting, where nobody else is on the way. The
   * app secret travels unprotected. Default is `false`.
   */
  readonly allowPlainHttp?: boolean;
  /**
   * Inside one scope equal unionids mean one person; `null` = never link.
   * Default is the platform's name in a list, `null` from a function: see `createApps`.
   */
  readonly unionScope?: string | null;
  /** May only sign in with a proof of possession. Default is `false`. */
  readonly requireProof?: boolean;
  /**
   * Most login codes that all nodes together ask the platform about in a minute; further sign-ins are told to come again
   * (429 `rate_limited`), and their codes stay good. For the rush after everybody was signed out. Default is no limit.
   */
  readonly signInsPerMinute?: number;
}

export interface AppDefaults {
  /** The id of an app that names none; without it, its `appId`. */
  readonly id?: string;
  /** Link by unionid where the app does not say? */
  readonly link: boolean;
  /** The names of the platforms that there are. */
  readonly platforms: readonly string[];
}

const DEFAULT_ENDPOINTS: Readonly<Record<string, string>> = { wechat: "https://api.weixin.qq.com" };
const ID_LENGTH = 128;

/** @throws TypeError that names the option and repeats no value */
export function toApp(options: AppOptions, defaults: AppDefaults): App {
  if (typeof options !== "object" || options === null) throw new TypeError("app: not an object");
  const {
    appId,
    appSecret,
    platform = "wechat",
    requireProof = false,
    allowPlainHttp = false,
    signInsPerMinute,
  } = options;
  if (!isVisibleAscii(appId, ID_LENGTH)) throw new TypeError("app: appId is missing or malformed");
  const id = options.id ?? defaults.id ?? appId;
  if (!isVisibleAscii(id, ID_LENGTH)) throw new TypeError(`app ${appId}: id is malformed`);
  if (typeof appSecret !== "string" || appSecret.trim() === "") throw new TypeError(`app ${id}: appSecret is missing`);
  if (!defaults.platforms.includes(platform)) throw new TypeError(`app ${id}: there is no such platform`);
  if (typeof requireProof !== "boolean") throw new TypeError(`app ${id}: requireProof is true or false`);
  if (typeof allowPlainHttp !== "boolean") throw new TypeError(`app ${id}: allowPlainHttp is true or false`);
  if (signInsPerMinute !== undefined && !(Number.isSafeInteger(signInsPerMinute) && signInsPerMinute > 0)) {
    throw new TypeError(`app ${id}: signInsPerMinute is a whole number from 1`);
  }
  const unionScope = options.unionScope === undefined ? (defaults.link ? platform : null) : options.unionScope;
  if (unionScope !== null && !isVisibleAscii(unionScope, ID_LENGTH)) {
    throw new TypeError(`app ${id}: unionScope is malformed`);
  }
  const endpoint = toEndpoint(options.endpoint ?? DEFAULT_ENDPOINTS[platform], id, allowPlainHttp);
  return Object.freeze({
    id,
    platform,
    appId,
    appSecret,
    endpoint,
    unionScope,
    requireProof,
    ...(signInsPerMinute === undefined ? {} : { signInsPerMinute }),
  });
}

/** The secret travels there, so it is https, or never leaves this machine. */
function toEndpoint(text: string | undefined, id: string, allowPlainHttp: boolean): string {
  if (text === undefined) throw new TypeError(`app ${id}: endpoint is missing`);
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new TypeError(`app ${id}: endpoint is not a URL`);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && (allowPlainHttp || isLoopback(url)))) {
    throw new TypeError(
      `app ${id}: endpoint is neither https nor on a loopback address (allowPlainHttp: true is for internal networks)`,
    );
  }
  if (url.username !== "" || url.password !== "" || /[?#]/.test(text)) {
    throw new TypeError(`app ${id}: endpoint is more than host and path`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
