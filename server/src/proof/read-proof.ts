import type { HufuError } from "../core/errors/errors.ts";
import { parseCompactJws } from "../token/jws/compact-jws.ts";
import { type ProofKey, proofKeyOf } from "./proof-key.ts";
import { notThis, type ProvenClaims, readProvenClaims } from "./proven-claims.ts";

/** A DPoP proof whose signature has been checked. What it is for has not. */
export interface Proof extends ProvenClaims {
  /** Thumbprint of the key that signed it (RFC 7638). */
  readonly jkt: string;
}

/** Longer proofs are refused unread. One of ours has some 700 characters. */
const LONGEST = 4096;

/**
 * Reads the value of a `DPoP` header: one compact JWS of type `dpop+jwt`, signed by the public key in its header.
 * @throws HufuError `proof_invalid`
 * @see RFC 9449 §4.2 and §4.3 (1) to (7)
 */
export function readProof(text: string): Proof {
  if (text.length > LONGEST) throw invalid("longer than 4 KiB");
  const jws = parseCompactJws(text, "proof_invalid", { keepHeader: false });
  const { header } = jws;
  if (typeof header["typ"] !== "string" || header["typ"].toLowerCase() !== "dpop+jwt") throw invalid("typ");
  for (const name of ["jku", "x5u", "x5c"]) if (name in header) throw invalid(name);
  let key: ProofKey;
  try {
    key = proofKeyOf(text.slice(0, text.indexOf(".")), header);
  } catch (cause) {
    throw invalid("alg or jwk", cause);
  }
  if (!key.verify(jws.signingInput, jws.signature)) throw invalid("signature");
  return Object.freeze({ jkt: key.jkt, ...readProvenClaims(jws.payload, "proof_invalid") });
}

function invalid(what: string, cause?: unknown): HufuError {
  return notThis("proof_invalid", what, cause);
}
