import { isLoopback } from "../core/issuer.ts";

/** Where an issuer is, as this process reaches it. */
export interface IssuerAddress {
  readonly issuer: string;
  /** Where its description may be, in the order to ask. @see RFC 8414 §3.1; Hufu serves a copy below the issuer */
  readonly descriptions: readonly URL[];
  /** The URL to ask instead of one that the issuer names. */
  reach(url: URL): URL;
}

const WELL_KNOWN = "/.well-known/oauth-authorization-server";

/**
 * @param internalUrl base URL under which this process reaches the issuer, if it is another one
 * @throws TypeError for an internal URL that makes no sense
 */
export function issuerAddress(issuer: string, internalUrl?: string, allowPlainHttp = false): IssuerAddress {
  const { origin, pathname } = new URL(issuer);
  const path = pathname === "/" ? "" : pathname;
  const copy = new URL(`${issuer}${WELL_KNOWN}`);
  if (internalUrl === undefined) {
    const standard = new URL(`${WELL_KNOWN}${path}`, origin);
    // Without a path the two are the same place.
    const descriptions = path === "" ? [standard] : [standard, copy];
    return Object.freeze<IssuerAddress>({ issuer, descriptions, reach: (url) => url });
  }
  const base = checkInternalUrl(internalUrl, allowPlainHttp);
  const reach = (url: URL): URL =>
    url.href === issuer || url.href.startsWith(`${issuer}/`) ? new URL(`${base}${url.href.slice(issuer.length)}`) : url;
  return Object.freeze<IssuerAddress>({ issuer, descriptions: [reach(copy)], reach });
}

function checkInternalUrl(text: string, allowPlainHttp: boolean): string {
  const url = typeof text === "string" ? URL.parse(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`internalUrl: "${text}" is not a URL such as "https://hufu.internal/auth"`);
  }
  if (/[?#@\s]/.test(text)) throw new TypeError(`internalUrl: "${text}" may have no query, fragment or user name`);
  if (url.protocol === "http:" && !isLoopback(url) && !allowPlainHttp) {
    throw new TypeError(
      `internalUrl: "${text}" is plain http, and every machine on the way could hand this verifier keys of its own; use ` +
        "https, or say dangerouslyUsePlainHttpInternally: true where the network is trusted",
    );
  }
  return text.replace(/\/+$/, "");
}
