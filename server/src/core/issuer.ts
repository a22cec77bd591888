import { mistaken } from "./arguments.ts";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Is this URL one that only this machine can answer? */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}

/** What is wrong with an issuer, in words that do not repeat it; `undefined` if nothing is. */
export function issuerMistake(issuer: string): string | undefined {
  const url = URL.parse(issuer);
  if (url === null) return "must be a URL";
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url))) {
    return "must be https, or http on a loopback address";
  }
  if (/[?#@\s]/.test(issuer)) return "must have no query, fragment or user name";
  if (issuer.endsWith("/")) return "must not end with a slash";
  return undefined;
}

/**
 * An issuer as it may be written: https, or http on a loopback address; a path but no query, fragment, user name or
 * final slash. It is compared character by character, so nothing is normalised.
 * @throws TypeError that says what is wrong
 * @see RFC 8414 §2
 */
export function checkIssuer(issuer: unknown): string {
  if (issuer === undefined) throw new TypeError("issuer: it is missing");
  if (typeof issuer !== "string") throw mistaken("issuer", 'a URL such as "https://api.example.com/auth"', issuer);
  const mistake = issuerMistake(issuer);
  if (mistake !== undefined) throw new TypeError(`issuer: "${issuer}" ${mistake}`);
  return issuer;
}
