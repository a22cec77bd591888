import type { Logger } from "../../core/log/log.ts";
import type { App } from "../platform.ts";
import { classifyWeChatError } from "./wechat-errors.ts";
import type { WeChatAnswer, WeChatFault, WeChatOutcome } from "./wechat-outcome.ts";

const LEVELS = { misconfigured: "error", unknown: "error", rate_limited: "warn", busy: "warn" } as const;

const FAULT_ADVICE: Readonly<Partial<Record<WeChatFault["what"], string>>> = {
  local:
    "this process lacks descriptors, ports or room for calls: raise its limit of open files, or limits.platformCalls",
  untrusted:
    "the certificate of apps[].endpoint is not trusted: start Node with NODE_EXTRA_CA_CERTS=FILE if it is a private authority",
};

/** The same for a certificate, by the error's code. */
const CERTIFICATE_ADVICE: ReadonlyMap<string, string> = new Map([
  ["CERT_HAS_EXPIRED", "the certificate of apps[].endpoint has expired: renew it, and check this machine's clock"],
  ["CERT_NOT_YET_VALID", "the certificate of apps[].endpoint is not valid yet: check this machine's clock"],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "the certificate is for another name: write apps[].endpoint as the certificate names it",
  ],
  ["EPROTO", "no TLS is spoken at apps[].endpoint: check its scheme and port"],
]);

/** What only an operator can do. */
const ERRCODE_ADVICE: ReadonlyMap<number, string> = new Map([
  [40013, "apps[].appId is wrong: compare it with 开发管理 > 开发设置 on mp.weixin.qq.com"],
  [40125, "apps[].appSecret is wrong: reset it under 开发管理 > 开发设置 on mp.weixin.qq.com"],
  [40164, "enter this server's address in the IP allow-list (IP白名单) under 开发管理 > 开发设置 on mp.weixin.qq.com"],
  [40243, "apps[].appSecret is frozen: unfreeze it under 开发管理 > 开发设置 on mp.weixin.qq.com"],
  [61003, "apps[].appId is not authorised to this third-party platform"],
  [89503, "an administrator of the mini program must confirm this server's address in WeChat"],
]);

/** One line for each call: what WeChat answered, and what to do where an operator must act. */
export function reportCall(
  log: Logger,
  request: { readonly app: App; readonly name: string },
  outcome: WeChatOutcome,
  ms: number,
): void {
  const common = { platform: "wechat", app: request.app.id, call: request.name, ms };
  if (outcome.kind === "fault") {
    reportFault(log, { ...common, endpoint: request.app.endpoint }, outcome);
  } else if (outcome.errcode === undefined || outcome.errcode === 0) {
    log.debug(common, "WeChat answered");
  } else {
    reportErrcode(log, common, outcome, outcome.errcode);
  }
}

function reportFault(log: Logger, common: object, { what, detail }: WeChatFault): void {
  const known = what === "untrusted" ? detail.split(" ").find((code) => CERTIFICATE_ADVICE.has(code)) : undefined;
  const advice = known === undefined ? FAULT_ADVICE[what] : CERTIFICATE_ADVICE.get(known);
  const fields = { ...common, fault: what, detail, advice };
  if (what === "untrusted") log.error(fields, "WeChat is not called: the connection is not trusted");
  else if (what === "local") log.error(fields, "WeChat was not called");
  else log.warn(fields, "WeChat did not answer");
}

function reportErrcode(log: Logger, common: object, { rid, fields }: WeChatAnswer, errcode: number): void {
  const name = classifyWeChatError(errcode);
  const level = name in LEVELS ? LEVELS[name as keyof typeof LEVELS] : "info";
  const address = errcode === 40164 || errcode === 89503 ? addressIn(fields["errmsg"]) : undefined;
  log[level]({ ...common, errcode, class: name, rid, address, advice: ERRCODE_ADVICE.get(errcode) }, "WeChat refused");
}

/** `invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist`: the address as WeChat sees it. */
const ADDRESS = /\bip(?:v6)?\s+([0-9A-Fa-f.:]{2,45})/;

function addressIn(errmsg: unknown): string | undefined {
  return typeof errmsg === "string" ? ADDRESS.exec(errmsg)?.[1]?.replace(/[.:]+$/, "") : undefined;
}
