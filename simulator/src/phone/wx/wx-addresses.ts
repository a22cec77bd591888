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
const NO_HOST = 600_001;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

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
    if (real === undefined) {
      if (LOOPBACK.test(url.hostname)) return url;
      // A test must not wait for, or call, a host of the internet that it has forgotten to map.
      return {
        errMsg: `${name}:fail the simulated phone calls this machine alone: add "${url.origin}" to its hosts`,
        errno: NO_HOST,
      };
    }
    return new URL(url.pathname + url.search, real.replace(/^http/, scheme));
  };
}
