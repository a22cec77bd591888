import { BlockList, isIP } from "node:net";

/** Networks that addresses are compared with. */
export interface Networks {
  readonly isEmpty: boolean;
  has(address: string): boolean;
}

/** `10.0.0.0/8`, `2001:db8::/32` or one address. */
const CIDR = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/;

/** Is this an IP address or a range such as `10.0.0.0/8`? */
export function isNetwork(text: string): boolean {
  return readNetwork(text) !== undefined;
}

/**
 * Networks from addresses and CIDR ranges.
 * @throws TypeError that names the option and the text
 */
export function createNetworks(texts: readonly string[], option: string): Networks {
  const list = new BlockList();
  for (const text of texts) {
    const network = typeof text === "string" ? readNetwork(text) : undefined;
    if (network === undefined) {
      throw new TypeError(`${option}: "${String(text)}" is neither an IP address nor a range such as 10.0.0.0/8`);
    }
    list.addSubnet(network.address, network.prefix, network.family);
  }
  return Object.freeze({
    isEmpty: texts.length === 0,
    has: (address: string) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4"),
  });
}

function readNetwork(text: string) {
  const match = CIDR.exec(text);
  const address = match?.[1] ?? "";
  const version = isIP(address);
  const bits = version === 6 ? 128 : 32;
  const prefix = Number(match?.[2] ?? bits);
  if (version === 0 || prefix > bits) return undefined;
  return { address, prefix, family: version === 6 ? "ipv6" : "ipv4" } as const;
}

/** Loopback, private, link-local and carrier-internal networks: RFC 1918, 3927, 4193, 6598. */
const PRIVATE_RANGES = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "100.64.0.0/10",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
];
const PRIVATE = createNetworks(PRIVATE_RANGES, "private networks");

export function isPrivate(address: string): boolean {
  return PRIVATE.has(address);
}

/** One spelling for an address as sockets and proxies write it; `undefined` if it is none. */
export function normalAddress(text: string | undefined): string | undefined {
  if (text === undefined || isIP(text) === 4) return text;
  const bare = text
    .trim()
    .replace(/^\[([^\]]*)\](?::\d+)?$/, "$1")
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1")
    .replace(/%[^%]*$/, "")
    .toLowerCase();
  if (isIP(bare) === 4) return bare;
  return isIP(bare) === 6 ? unmapped(new URL(`http://[${bare}]`).hostname.slice(1, -1)) : undefined;
}

/** `::ffff:cb00:7107` is the IPv4 address 203.0.113.7, as sockets that listen for both families write it. */
function unmapped(address: string): string {
  const halves = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address)?.slice(1);
  if (halves === undefined) return address;
  return halves.flatMap((half) => [Number.parseInt(half, 16) >> 8, Number.parseInt(half, 16) & 255]).join(".");
}

/**
 * What stands for one caller: an IPv4 address, or the first 64 bits of an IPv6 address, of which one subscriber has all
 * the rest.
 * @param address in its normal spelling
 */
export function addressKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = tail === undefined ? left : [...left, ...zeros(8 - left.length - right.length), ...right];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

function zeros(count: number): readonly string[] {
  return Array.from({ length: count }, () => "0");
}

/**
 * The address of the caller. `X-Forwarded-For` is read from its end, and only as far as trusted proxies have written it.
 * @param peer the other end of the connection
 */
export function callerAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusted: Networks,
): string | undefined {
  let address = normalAddress(peer);
  if (address === undefined || trusted.isEmpty || !trusted.has(address)) return address;
  for (const hop of (forwardedFor ?? "").split(",").toReversed()) {
    const next = normalAddress(hop);
    // A trusted proxy that could not name its caller leaves the address unknown.
    if (next === undefined) return hop.trim() === "" ? address : undefined;
    address = next;
    if (!trusted.has(address)) return address;
  }
  return address;
}
