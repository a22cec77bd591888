import type { Failure } from "./callbacks.ts";

/** Which addresses a mini program may call, and where they really are. */
export interface AddressRules {
  /** As listed in the console: `https://api.example.com`, or the host alone; `undefined` = not checked, as DevTools can be told. */
  readonly domains: readonly string[] | undefined;
  /** Where an origin really is: `https://api.example.com` → `http://127.0.0.1:3000`. `*` = where all others are. */
  readonly hosts: Readonly<Record<string, string>>;
}

/** The address that is really called, or why none is. */
export type FindAddress = (name: string, text: string) => URL | Failure;

const NOT_LISTED = 600_002;
const BAD_URL = 600_009;

/** @param scheme `http` for requests and the like, `ws` for sockets; both also with an `s` at the end */
export function createFindAddress(scheme: "http" | "ws", { domains, hosts }: AddressRules): FindAddress {
  const listed = domains?.map((domain) => domain.replace(/^\w+:\/\//, "").toLowerCase());
  return (name, text) => {
    const url = URL.parse(text);
    if (url === null || !text.includes("://") || !url.protocol.startsWith(scheme)) {
      return { errMsg: `${name}:fail invalid url "${text}"`, errno: BAD_URL };
    }
    // Ports count: what is listed without one is the usual one alone.
    if (listed !== undefined && !(url.protocol === `${scheme}s:` && listed.includes(url.host))) {
      return { errMsg: `${name}:fail url not in domain list`, errno: NOT_LISTED };
    }
    const real = hosts[url.origin.replace(/^ws/, "http")] ?? hosts["*"];
    if (real === undefined) return url;
    return new URL(url.pathname + url.search, real.replace(/^http/, scheme));
  };
}
