/** Scheme, host, port and path of a URL in its plain form; every other form is refused. */
const PLAIN = /^(https?|wss?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(\/[!-[\]-~]*)?$/i;
/** A segment of dots, also in disguise, may lead out of the path that it seems to be below. */
const DOT_SEGMENT = /(\/|%2f|%5c)(\.|%2e){1,2}(;|\/|%2f|%5c|$)/i;
const ABSOLUTE = /^([a-z][a-z0-9+.-]*:|\/\/)/i;
const AUTHORITY = /^([a-z][a-z0-9+.-]*:)?\/\/[^/?#\\]*/i;
const NOT_ASCII = /[^!-~]+/g;

const CACHED_MOST = 99;

interface Address {
  readonly origin: string;
  readonly path: string;
}

function read(url: string): Address | undefined {
  const found = PLAIN.exec(url.split(/[?#]/, 1)[0] || "");
  if (!found) return;
  // WebSockets go to the same server under another scheme.
  const scheme = (found[1] || "").toLowerCase().replace("ws", "http");
  const port = found[3] || (scheme === "http" ? "80" : "443");
  const path = found[4] || "/";
  if (DOT_SEGMENT.test(path)) return;
  return { origin: `${scheme}://${(found[2] || "").toLowerCase()}:${port}`, path };
}

/** Where a call goes. */
export interface CallAddress {
  /** With spaces and characters outside ASCII encoded. */
  readonly url: string;
  /** The origin, if the user's token may go there; `undefined` elsewhere. */
  readonly tokenFor: string | undefined;
  /** Cannot be read, so nobody can say whether the token may go there. */
  readonly unclear: boolean;
}

/**
 * Resolves a call's URL against the first base, and decides whether the user's token goes along: only to the same scheme,
 * host and port as a base, and below its path. Phones have no `URL`, so a URL that is not in its plain form is unclear.
 * @throws TypeError that names the base, if it is not in its plain form
 */
export function createCallAddresses(bases: readonly string[]): (url: string) => CallAddress {
  const known = bases.map((base) => {
    const address = read(base);
    if (!address || /[?#]/.test(base)) throw new TypeError(`@hufu/client: "${base}" is no plain URL`);
    return { origin: address.origin, path: address.path.replace(/\/*$/, "/") };
  });
  function resolve(asked: string): CallAddress {
    const full = ABSOLUTE.test(asked) ? asked : `${bases[0]}${/^($|\/)/.test(asked) ? "" : "/"}${asked}`;
    const [authority = ""] = AUTHORITY.exec(full) || [];
    // What is encoded already stays as it is. Half a surrogate pair cannot be encoded.
    const url = authority + full.slice(authority.length).replace(NOT_ASCII, encodeOrKeep);
    const address = read(url);
    if (!address || /[^!-~]/.test(url)) return { url, tokenFor: undefined, unclear: true };
    const path = `${address.path}/`;
    const isBelow = known.some(({ origin, path: base }) => origin === address.origin && path.indexOf(base) === 0);
    return { url, tokenFor: isBelow ? address.origin : undefined, unclear: false };
  }
  // A mini program calls few addresses many times.
  const cache = new Map<string, CallAddress>();
  return (asked) => {
    let address = cache.get(asked);
    if (!address) {
      address = resolve(asked);
      if (cache.size > CACHED_MOST) cache.clear();
      cache.set(asked, address);
    }
    return address;
  };
}

function encodeOrKeep(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch (_) {
    return text;
  }
}
