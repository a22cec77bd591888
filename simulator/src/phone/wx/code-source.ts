import type { Http } from "../network/http-exchange.ts";

/** Where the codes of `wx.login` come from: a simulated WeChat in this process, the URL of one, or a function that gives one. */
export type CodeSource =
  | { issueCode(whose: { readonly appId: string; readonly user: string }): string }
  | string
  | (() => string | Promise<string>);

/** A code of the platform for this phone's user. Rejects if the source is not what it should be. */
export type IssueCode = () => Promise<string>;

/** @throws TypeError if the source is none */
export function createIssueCode(
  source: CodeSource,
  whose: { readonly appId: string; readonly user: string },
  http: Http,
): IssueCode {
  if (typeof source === "function") return async () => source();
  if (typeof source === "object" && source !== null) return async () => source.issueCode(whose);
  const base = URL.parse(source);
  if (base === null) throw new TypeError("wechat: a simulated WeChat, its URL, or a function that gives a code");
  const url = new URL(`${base.pathname.replace(/\/$/, "")}/_simulator/codes`, base);
  return async () => {
    const body = Buffer.from(JSON.stringify(whose));
    const { answer } = http.send({ url, method: "POST", headers: { "content-type": "application/json" }, body });
    const { status, body: bytes } = await answer;
    const text = bytes.toString("utf8");
    if (status !== 200) throw new Error(`the simulated WeChat answered ${status}: ${text}`);
    return String((JSON.parse(text) as { readonly code: unknown }).code);
  };
}
