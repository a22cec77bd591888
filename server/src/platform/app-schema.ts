import * as z from "zod";
import { isLoopback } from "../core/issuer.ts";
import { closed } from "../options/closed-object.ts";
import { checkedOptions } from "../options/mistakes.ts";
import { checkedText, flag, wholeNumber } from "../options/values.ts";
import type { AppOptions } from "./app-options.ts";
import type { App } from "./platform.ts";
import { isVisibleAscii } from "./wechat/visible-ascii.ts";

export interface AppDefaults {
  /** The id of an app that names none; without it, its `appId`. */
  readonly id?: string;
  /** Link by unionid where the app does not say? */
  readonly link: boolean;
}

/** The platforms that there are, each with the endpoint of its API. */
const ENDPOINTS: ReadonlyMap<string, string> = new Map([["wechat", "https://api.weixin.qq.com"]]);
const ID_LENGTH = 128;

/** A mini program, as `apps` lists it. Its secret travels to the endpoint, so that is https, or loopback, or asked for. */
export const appOptions = closed({
  appId: ascii("The platform's app id, such as wx…"),
  appSecret: checkedText("The platform's app secret; write env:NAME or file:PATH.", (secret) =>
    secret.trim() === "" ? "must not be empty" : undefined,
  ),
  id: ascii("The OAuth client_id. Default is appId.").optional(),
  platform: checkedText("The platform; there is no other than wechat yet.", (name) =>
    ENDPOINTS.has(name) ? undefined : `there is no such platform; there are ${[...ENDPOINTS.keys()].join(", ")}`,
  ).default("wechat"),
  endpoint: checkedText(
    "Base URL of the platform's API; https, or http on a loopback address. Default is https://api.weixin.qq.com.",
    endpointMistake,
  ).optional(),
  allowPlainHttp: flag(
    "Let endpoint be plain http, for an internal network; the app secret then travels unprotected.",
  ).default(false),
  unionScope: z
    .union([ascii("A name."), z.null()], { error: "must be a name, or null" })
    .describe("Apps of one scope share people by unionid; null never links. Default is the platform's name.")
    .optional(),
  signInsPerMinute: wholeNumber(
    "Most login codes that the platform is asked about in a minute, by all nodes together. Default is no limit.",
  ).optional(),
  requireProof: flag("May only sign in with a proof of possession.").default(false),
}).check(({ value: { endpoint, allowPlainHttp }, issues }) => {
  const url = endpoint === undefined ? null : URL.parse(endpoint);
  if (url?.protocol !== "http:" || allowPlainHttp || isLoopback(url)) return;
  const message = "must be https, or http on a loopback address (allowPlainHttp: true is for internal networks)";
  issues.push({ code: "custom", path: ["endpoint"], message, input: undefined });
});

/** @throws TypeError that names what is wrong with the app, and no value but its id */
export function toApp(options: AppOptions, defaults: AppDefaults): App {
  const { appId, appSecret, platform, signInsPerMinute, requireProof, ...given } = checkedOptions(appOptions, options);
  const unionScope = given.unionScope === undefined ? (defaults.link ? platform : null) : given.unionScope;
  const endpoint = new URL(given.endpoint ?? ENDPOINTS.get(platform) ?? "");
  return Object.freeze({
    id: given.id ?? defaults.id ?? appId,
    platform,
    appId,
    appSecret,
    endpoint: `${endpoint.origin}${endpoint.pathname}`.replace(/\/+$/, ""),
    unionScope,
    requireProof,
    signInsPerMinute,
  });
}

function ascii(about: string) {
  return checkedText(about, (written) =>
    isVisibleAscii(written, ID_LENGTH) ? undefined : `must be 1 to ${ID_LENGTH} visible ASCII characters`,
  );
}

function endpointMistake(written: string): string | undefined {
  const url = URL.parse(written);
  if (url === null) return "is not a URL";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must be https";
  if (url.username !== "" || url.password !== "" || /[?#]/.test(written)) {
    return "must be no more than a host and a path";
  }
  return undefined;
}
