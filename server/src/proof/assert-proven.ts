import { hash } from "node:crypto";
import { isDigestOf } from "./content-digest.ts";
import { notThis, type ProvenClaims, type ProvenReason } from "./proven-claims.ts";
import type { Proof } from "./read-proof.ts";
import { normalUri } from "./request-uri.ts";

/** What a proof or a request MAC must be for. */
export interface ProvenRequest {
  readonly method: string;
  /** The public URI of the request, from configuration: never from a header that a client may set. */
  readonly uri: string;
  /** Epoch seconds, by the clock of this server. */
  readonly now: number;
  /** The access token that came with it. */
  readonly accessToken?: string | undefined;
  /** The key that the session is bound to. */
  readonly jkt?: string | undefined;
  /** Reads the body as it came. Where this is given, the proof must name its digest. */
  readonly body?: (() => Promise<Uint8Array>) | undefined;
}

/** Clocks of two servers differ. */
const LEEWAY_SECONDS = 5;

/**
 * Is this proof for this request, this token and this key? The nonce and the single use are checked elsewhere.
 * @throws HufuError `proof_invalid`
 * @see RFC 9449 §4.3 (8), (9) and (12)
 */
export function assertProof(proof: Proof, request: ProvenRequest): void {
  assertClaims(proof, request, "proof_invalid");
  if (request.jkt !== undefined && proof.jkt !== request.jkt) {
    throw notThis("proof_invalid", "another key than the session's");
  }
}

/**
 * Do these claims fit this request and this token?
 * @throws HufuError with `reason`
 */
export function assertClaims(claims: ProvenClaims, request: ProvenRequest, reason: ProvenReason): void {
  const { method, uri, now, accessToken } = request;
  if (claims.htm !== method) throw notThis(reason, "htm is another method");
  const meant = normalUri(claims.htu);
  if (meant === undefined || meant !== normalUri(uri)) throw notThis(reason, "htu is another address");
  if (accessToken !== undefined && claims.ath !== hash("sha256", accessToken, "base64url")) {
    throw notThis(reason, "ath is missing or of another token");
  }
  if (claims.exp !== undefined && claims.exp + LEEWAY_SECONDS <= now) throw notThis(reason, "exp has passed");
  if (claims.nbf !== undefined && claims.nbf - LEEWAY_SECONDS > now) throw notThis(reason, "nbf has not come");
}

/**
 * Are these claims for these bytes?
 * @throws HufuError with `reason`
 */
export function assertBody({ contentDigest, htm }: ProvenClaims, bytes: Uint8Array, reason: ProvenReason): void {
  if (contentDigest === undefined) {
    // A GET or HEAD has no body that could be removed.
    if (bytes.length === 0 && (htm === "GET" || htm === "HEAD")) return;
    throw notThis(reason, "content_digest is missing");
  }
  if (!isDigestOf(contentDigest, bytes)) throw notThis(reason, "content_digest is of another body");
}
