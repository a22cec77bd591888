import { createGenerationMap } from "../core/generation-map.ts";
import type { JsonObject } from "../token/jws/strict-json.ts";
import { type Algorithm, signatureCheck } from "../token/keys/algorithms.ts";
import { jwkThumbprint } from "../token/keys/jwk-thumbprint.ts";
import { publicKeyOf, readPublicJwk } from "../token/keys/public-jwk.ts";

/** The algorithms of proof keys, as the metadata lists them. `Ed25519` is EdDSA's fully specified name (RFC 9864). */
export const PROOF_ALGORITHMS: readonly Algorithm[] = ["ES256", "EdDSA", "Ed25519"];

/** A public key that came in the header of a proof. */
export interface ProofKey {
  /** RFC 7638 thumbprint. */
  readonly jkt: string;
  verify(signingInput: Buffer, signature: Buffer): boolean;
}

/** A phone sends the same header with each proof, and making a key costs a third of a signature check. */
const KEYS_MOST = 10_000;
const keys = createGenerationMap<string, ProofKey>(KEYS_MOST);

/**
 * The key of a proof's header.
 * @param segment the header as it came, by which the key is kept
 * @throws TypeError if the algorithm is not one of ours, or `jwk` is no public key for it
 */
export function proofKeyOf(segment: string, header: JsonObject): ProofKey {
  const known = keys.get(segment);
  if (known !== undefined) return known;
  const algorithm = PROOF_ALGORITHMS.find((name) => name === header["alg"]);
  if (algorithm === undefined) throw new TypeError(`alg is not one of ${PROOF_ALGORITHMS.join(", ")}`);
  const members = readPublicJwk(header["jwk"], algorithm);
  const key = Object.freeze({
    jkt: jwkThumbprint(members),
    verify: signatureCheck(algorithm, publicKeyOf(members)),
  });
  // Spelled anew, because a slice would keep the whole proof alive.
  keys.set(Buffer.from(segment, "latin1").toString("latin1"), key);
  return key;
}
