import { generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { derFromRaw, rawFromDer } from "../jws/ecdsa-signature.ts";

/** The signature algorithms of access tokens; the first is the default. There is no `none` and no HMAC among them. */
export const ALGORITHMS = ["ES256", "EdDSA", "Ed25519", "RS256"] as const;

/**
 * The name that a header carries. `EdDSA` and `Ed25519` are one algorithm under its old and its fully specified name;
 * a key answers to exactly one of them.
 * @see RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864
 */
export type Algorithm = (typeof ALGORITHMS)[number];

/** ES256: the one that every gateway and library knows. */
export const DEFAULT_ALGORITHM: Algorithm = "ES256";

/** Is this one of our names? The comparison minds case. */
export function isAlgorithm(name: unknown): name is Algorithm {
  return ALGORITHMS.some((algorithm) => algorithm === name);
}

interface Suite {
  readonly generate: () => KeyObject;
  readonly sign: (input: Buffer, key: KeyObject) => Buffer;
  readonly verify: (input: Buffer, signature: Buffer, key: KeyObject) => boolean;
}

const es256: Suite = {
  generate: () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  sign: (input, key) => rawFromDer(sign("sha256", input, key)),
  verify: (input, signature, key) => {
    const der = derFromRaw(signature);
    return der !== undefined && verify("sha256", input, key, der);
  },
};

const ed25519: Suite = {
  generate: () => generateKeyPairSync("ed25519").privateKey,
  sign: (input, key) => sign(null, input, key),
  verify: (input, signature, key) => signature.length === 64 && verify(null, input, key, signature),
};

const rs256: Suite = {
  generate: () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  sign: (input, key) => sign("sha256", input, key),
  verify: (input, signature, key) => verify("sha256", input, key, signature),
};

const SUITES: Readonly<Record<Algorithm, Suite>> = { ES256: es256, EdDSA: ed25519, Ed25519: ed25519, RS256: rs256 };

/** A fresh private key for this algorithm. */
export function generatePrivateKey(algorithm: Algorithm): KeyObject {
  return SUITES[algorithm].generate();
}

/** Binds a private key to its algorithm; signatures come in the form that JWS wants. */
export function signer(algorithm: Algorithm, key: KeyObject): (input: Buffer) => Buffer {
  const suite = SUITES[algorithm];
  return (input) => suite.sign(input, key);
}

/** Binds a public key to its algorithm. The answer is `false` for every signature that is not exactly right. */
export function signatureCheck(algorithm: Algorithm, key: KeyObject): (input: Buffer, signature: Buffer) => boolean {
  const suite = SUITES[algorithm];
  return (input, signature) => suite.verify(input, signature, key);
}
