import { hash } from "node:crypto";

/** Digests that RFC 9530 §5 calls active. Others in the same field are ignored. */
const ALGORITHMS: Readonly<Record<string, string>> = { "sha-256": "sha256", "sha-512": "sha512" };
/** One member of the dictionary, such as `sha-256=:X48E9q…=:`. */
const MEMBER = /^(?<name>[a-z0-9-]+)=:(?<digest>[A-Za-z0-9+/]+={0,2}):$/;

/**
 * Does a `Content-Digest` name exactly these bytes? At least one of its digests must be SHA-256 or SHA-512, and each of
 * those must be right.
 * @see RFC 9530 §2
 */
export function isDigestOf(contentDigest: string, bytes: Uint8Array): boolean {
  let known = 0;
  for (const member of contentDigest.split(/[ \t]*,[ \t]*/)) {
    const { name = "", digest } = MEMBER.exec(member)?.groups ?? {};
    if (digest === undefined) return false;
    const algorithm = ALGORITHMS[name];
    if (algorithm === undefined) continue;
    if (hash(algorithm, bytes, "base64") !== digest) return false;
    known += 1;
  }
  return known > 0;
}
