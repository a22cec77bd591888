import { hash } from "@stablelib/sha256";
import { encodedJson, fromBase64url, toBase64url, toUtf8 } from "./bytes.ts";
import { createSigner } from "./ed25519.ts";
import type { ProofClaims } from "./request-claims.ts";

/** A key that sessions can be bound to. */
export interface ProofKey {
  /** Thumbprint of the public key (RFC 7638). */
  readonly jkt: string;
  /** As it is stored. */
  readonly text: string;
  /** The value of a `DPoP` header. */
  prove(claims: ProofClaims): string;
}

const SEED_BYTES = 32;

/** @param seed 32 unpredictable bytes */
export async function createProofKey(seed: Uint8Array): Promise<ProofKey> {
  const signer = await createSigner(seed);
  const x = toBase64url(signer.publicKey);
  const head = encodedJson({ typ: "dpop+jwt", alg: "EdDSA", jwk: { kty: "OKP", crv: "Ed25519", x } });
  return {
    jkt: toBase64url(hash(toUtf8(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`))),
    text: JSON.stringify({ ed25519: toBase64url(seed) }),
    prove(claims) {
      const input = `${head}.${encodedJson(claims)}`;
      return `${input}.${toBase64url(signer.sign(toUtf8(input)))}`;
    },
  };
}

/** Reads what storage returned; `undefined` if no key of ours is in it. */
export async function readProofKey(text: string | undefined): Promise<ProofKey | undefined> {
  const [, seed = ""] = /^\{"ed25519":"([\w-]{43})"\}$/.exec(text || "") || [];
  const bytes = fromBase64url(seed);
  return bytes.length === SEED_BYTES ? createProofKey(bytes) : undefined;
}
