/** Scheme, host, port and path of an address that is written plainly; anything clever is not understood. */
const PLAIN = /^(https?|wss?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(\/[^\s\\]*)?$/i;
const DEFAULT_PORT: Readonly<Record<string, string>> = { http: "80", https: "443", ws: "80", wss: "443" };

const JUDGED_MOST = 99;

interface Address {
  readonly origin: string;
  readonly path: string;
}

function read(url: string): Address | undefined {
  const found = PLAIN.exec(url.split(/[?#]/, 1)[0] || "");
  if (found === null) return undefined;
  const scheme = (found[1] || "").toLowerCase();
  const port = found[3] || DEFAULT_PORT[scheme];
  const path = found[4] || "/";
  // A dot segment, also in disguise, may lead out of the path that it seems to be below.
  if (/\/(\.|%2e)/i.test(path)) return undefined;
  // WebSockets go to the same server under another scheme.
  return { origin: `${scheme.replace("ws", "http")}://${(found[2] || "").toLowerCase()}:${port}`, path };
}

/** May a call to this address carry the user's token? */
export type MayHaveToken = (url: string) => boolean;

/**
 * The token goes below these addresses and nowhere else: same scheme, host and port, and a path that begins with theirs
 * at a slash. There is no `URL` on phones, so an address that is not written plainly gets no token.
 * @throws TypeError that names the address, if one of them is none
 */
export function createTokenAddresses(homes: readonly string[]): MayHaveToken {
  const known = homes.map((home) => {
    const address = read(home);
    if (address === undefined || /[?#]/.test(home)) throw new TypeError(`@hufu/client: "${home}" is no plain URL`);
    return { origin: address.origin, path: address.path.replace(/\/*$/, "/") };
  });
  const judge = (url: string): boolean => {
    const address = read(url);
    if (address === undefined) return false;
    const path = `${address.path}/`;
    return known.some((home) => home.origin === address.origin && path.indexOf(home.path) === 0);
  };
  // A mini program calls few addresses many times.
  const judged = new Map<string, boolean>();
  return (url) => {
    let may = judged.get(url);
    if (may === undefined) {
      may = judge(url);
      if (judged.size > JUDGED_MOST) judged.clear();
      judged.set(url, may);
    }
    return may;
  };
}
