import type { CallKind, PlatformCall } from "../runtime/runtime.ts";
import type { ProofKey } from "./proof-key.ts";
import { createRequestClaims, type RequestClaims } from "./request-claims.ts";

/** Puts proofs into calls. */
export interface Prover extends Pick<RequestClaims, "heard"> {
  /**
   * The call with its proof and, for a request with data, the digest of its bytes.
   * @param audience whose nonce the proof carries: an origin, or the token endpoint
   */
  proven(kind: CallKind, call: PlatformCall, key: ProofKey, audience: string, token: string | undefined): PlatformCall;
}

/** @param chance 0 ≤ x < 1; tells proofs of different runs apart */
export function createProver(now: () => number, chance: () => number): Prover {
  const requests = createRequestClaims("dpop-nonce", now, chance);
  return {
    proven(kind, call, key, audience, token) {
      const { data, claims } = requests.about(kind, call, audience, token);
      const proof = key.prove(claims);
      const more = token === undefined ? { DPoP: proof } : { Authorization: `DPoP ${token}`, DPoP: proof };
      return Object.assign({}, call, { data, header: Object.assign({}, call.header, more) });
    },
    heard: requests.heard,
  };
}
