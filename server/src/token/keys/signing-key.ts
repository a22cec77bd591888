import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { type Algorithm, generatePrivateKey, signer } from "./algorithms.ts";
import { jwkThumbprint } from "./jwk-thumbprint.ts";
import { type PublicJwk, publicKeyOf, readPublicJwk } from "./public-jwk.ts";

/** A private key that signs access tokens with one algorithm. Printing it shows nothing private. */
export interface SigningKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly alg: Algorithm;
  /** As `jwks.json` lists it. */
  readonly publicJwk: PublicJwk;
  sign(input: string | Buffer): Buffer;
}

/** A private key as a JWK (RFC 7517); what it must hold is checked when it is read. */
export type PrivateJwk = Readonly<Record<string, unknown>>;

const privateKeys = new WeakMap<SigningKey, KeyObject>();

/** A fresh key. For RS256 this takes a moment (2048 bits). */
export function createSigningKey(algorithm: Algorithm): SigningKey {
  return signingKeyOf(algorithm, generatePrivateKey(algorithm));
}

/**
 * Reads a private key back: PKCS#8 as PEM, or a private JWK.
 * @throws TypeError if it cannot be read or does not fit the algorithm; the message holds nothing of the key
 */
export function importSigningKey(algorithm: Algorithm, privateKey: string | PrivateJwk): SigningKey {
  return signingKeyOf(algorithm, readPrivateKey(privateKey));
}

/** The private half as PKCS#8 PEM, to be sealed at once. */
export function exportPrivate(key: SigningKey): string {
  const privateKey = privateKeys.get(key);
  if (privateKey === undefined) throw new TypeError("this signing key was not made here");
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function readPrivateKey(privateKey: string | PrivateJwk): KeyObject {
  try {
    return typeof privateKey === "string"
      ? createPrivateKey({ key: privateKey, format: "pem" })
      : createPrivateKey({ key: { ...privateKey }, format: "jwk" });
  } catch {
    // The cause is dropped on purpose: decoders like to quote what they could not read.
    throw new TypeError("signing key: neither a PKCS#8 PEM nor a private JWK");
  }
}

function signingKeyOf(alg: Algorithm, privateKey: KeyObject): SigningKey {
  const members = readPublicJwk(createPublicKey(privateKey).export({ format: "jwk" }), alg);
  publicKeyOf(members);
  const kid = jwkThumbprint(members);
  const sign = signer(alg, privateKey);
  const key: SigningKey = Object.freeze({
    kid,
    alg,
    publicJwk: Object.freeze({ ...members, kid, alg, use: "sig" }),
    sign: (input: string | Buffer) => sign(typeof input === "string" ? Buffer.from(input, "utf8") : input),
  });
  privateKeys.set(key, privateKey);
  return key;
}
