import { isJsonObject } from "../jws/strict-json.ts";
import { type Algorithm, isAlgorithm, signatureCheck } from "./algorithms.ts";
import { publicKeyOf, readPublicJwk } from "./public-jwk.ts";

/** A public key of one issuer, tied to one algorithm. */
export interface VerificationKey {
  readonly kid: string;
  readonly alg: Algorithm;
  /** Never throws for a bad signature. */
  verify(signingInput: Buffer, signature: Buffer): boolean;
}

const MAX_KID_LENGTH = 128;

/**
 * Makes a verification key of one entry of a JWKS. `alg` must be there: a key without one could be talked into another
 * algorithm. Other issuers name keys as they like, so `kid` is any text of 1 to 128 characters.
 * In production the caller also asks `isTestingKid` about the key's thumbprint.
 * @throws TypeError that names the member, if this is not a public signature key that we use
 */
export function importVerificationKey(jwk: unknown): VerificationKey {
  if (!isJsonObject(jwk)) throw new TypeError("JWK: must be an object");
  const { alg, kid } = jwk;
  if (!isAlgorithm(alg)) throw new TypeError('JWK: "alg" is missing or not one that we accept');
  if (typeof kid !== "string" || kid.length === 0 || kid.length > MAX_KID_LENGTH) {
    throw new TypeError(`JWK: "kid" must be a text of 1 to ${MAX_KID_LENGTH} characters`);
  }
  const key = publicKeyOf(readPublicJwk(jwk, alg));
  return Object.freeze({ kid, alg, verify: signatureCheck(alg, key) });
}
