import { hash } from "node:crypto";
import type { PublicKeyMembers } from "./public-jwk.ts";

/**
 * The name of a public key that follows from the key alone: SHA-256 of its required members in alphabetical order,
 * as base64url (43 characters).
 * @see RFC 7638 §3, RFC 8037 §2
 */
export function jwkThumbprint(key: PublicKeyMembers): string {
  return hash("sha256", canonicalJson(key), "base64url");
}

function canonicalJson(key: PublicKeyMembers): string {
  switch (key.kty) {
    case "EC":
      return JSON.stringify({ crv: key.crv, kty: key.kty, x: key.x, y: key.y });
    case "OKP":
      return JSON.stringify({ crv: key.crv, kty: key.kty, x: key.x });
    case "RSA":
      return JSON.stringify({ e: key.e, kty: key.kty, n: key.n });
  }
}
