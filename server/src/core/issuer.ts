const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Is this URL one that only this machine can answer? */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}

/**
 * An issuer as it may be written: https, or http on a loopback address; a path but no query, fragment, user name or
 * final slash. It is compared character by character, so nothing is normalised.
 * @throws TypeError that says what is wrong
 * @see RFC 8414 §2
 */
export function checkIssuer(issuer: string): string {
  if (typeof issuer !== "string") throw new TypeError("issuer: it is missing");
  const url = URL.parse(issuer);
  if (url === null) throw new TypeError(`issuer: "${issuer}" is not a URL`);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url))) {
    throw new TypeError(`issuer: "${issuer}" must be https, or http on a loopback address`);
  }
  if (/[?#@\s]/.test(issuer)) throw new TypeError(`issuer: "${issuer}" may have no query, fragment or user name`);
  if (issuer.endsWith("/")) throw new TypeError(`issuer: "${issuer}" must not end with a slash`);
  return issuer;
}
