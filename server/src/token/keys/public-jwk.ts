import { createPublicKey, type KeyObject } from "node:crypto";
import { fromBase64url } from "../../core/base64url.ts";
import { isJsonObject, type JsonObject } from "../jws/strict-json.ts";
import type { Algorithm } from "./algorithms.ts";

/** What makes a public key that key, and nothing else: the members that its thumbprint covers. */
export type PublicKeyMembers =
  | { readonly kty: "EC"; readonly crv: "P-256"; readonly x: string; readonly y: string }
  | { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string }
  | { readonly kty: "RSA"; readonly n: string; readonly e: string };

/** A public key as `jwks.json` lists it (RFC 7517 §4). */
export type PublicJwk = PublicKeyMembers & {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly use: "sig";
};

const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] as const;
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;
const MIN_RSA_EXPONENT = 65_537n;
const MAX_RSA_EXPONENT = 0xffff_ffffn;

/**
 * Reads the members that `algorithm` needs out of a JWK from anywhere. Each must be spelled in its one canonical way,
 * so that a key has one thumbprint.
 * @throws TypeError if the type, the curve or `use` does not fit, if anything private is in it, or RSA is below 2048 bits
 */
export function readPublicJwk(jwk: unknown, algorithm: Algorithm): PublicKeyMembers {
  if (!isJsonObject(jwk)) throw new TypeError("JWK: must be an object");
  const found = PRIVATE_MEMBERS.find((name) => Object.hasOwn(jwk, name));
  if (found !== undefined) throw new TypeError(`JWK: "${found}" belongs to a private or secret key`);
  if (jwk["use"] !== undefined && jwk["use"] !== "sig") throw new TypeError('JWK: "use" must be "sig"');
  const operations = jwk["key_ops"];
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) {
    throw new TypeError('JWK: "key_ops" must include "verify"');
  }
  if (algorithm === "ES256") {
    expect(jwk, "kty", "EC");
    expect(jwk, "crv", "P-256");
    return { kty: "EC", crv: "P-256", x: coordinate(jwk, "x"), y: coordinate(jwk, "y") };
  }
  if (algorithm === "RS256") {
    expect(jwk, "kty", "RSA");
    return { kty: "RSA", n: positiveNumber(jwk, "n"), e: positiveNumber(jwk, "e") };
  }
  expect(jwk, "kty", "OKP");
  expect(jwk, "crv", "Ed25519");
  return { kty: "OKP", crv: "Ed25519", x: coordinate(jwk, "x") };
}

/**
 * Turns the members into a key that Node can use, made once and kept.
 * @throws TypeError if they name no key: a point off the curve, an RSA key of an unusual size or exponent
 */
export function publicKeyOf(members: PublicKeyMembers): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: { ...members }, format: "jwk" });
  } catch (cause) {
    throw new TypeError("JWK: these numbers are no public key", { cause });
  }
  if (members.kty === "RSA") {
    const { modulusLength: bits = 0, publicExponent: exponent = 0n } = key.asymmetricKeyDetails ?? {};
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      throw new TypeError(`JWK: RSA of ${bits} bits; ${MIN_RSA_BITS} to ${MAX_RSA_BITS} are accepted`);
    }
    if (exponent < MIN_RSA_EXPONENT || exponent > MAX_RSA_EXPONENT || exponent % 2n === 0n) {
      throw new TypeError("JWK: unusual RSA exponent");
    }
  }
  return key;
}

function expect(jwk: JsonObject, name: string, value: string): void {
  if (jwk[name] !== value) throw new TypeError(`JWK: "${name}" must be "${value}" for this algorithm`);
}

function bytesOf(jwk: JsonObject, name: string): { readonly text: string; readonly bytes: Buffer } {
  const text = jwk[name];
  const bytes = typeof text === "string" ? fromBase64url(text) : undefined;
  if (typeof text !== "string" || bytes === undefined) throw new TypeError(`JWK: "${name}" must be base64url`);
  return { text, bytes };
}

function coordinate(jwk: JsonObject, name: string): string {
  const { text, bytes } = bytesOf(jwk, name);
  if (bytes.length !== 32) throw new TypeError(`JWK: "${name}" must be 32 bytes`);
  return text;
}

function positiveNumber(jwk: JsonObject, name: string): string {
  const { text, bytes } = bytesOf(jwk, name);
  if (bytes.length === 0 || bytes[0] === 0)
    throw new TypeError(`JWK: "${name}" must be positive, without leading zeros`);
  return text;
}
