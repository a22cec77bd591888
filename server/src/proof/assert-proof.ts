import { hash } from "node:crypto";
import { HufuError } from "../core/errors/errors.ts";
import { isDigestOf } from "./content-digest.ts";
import type { Proof } from "./read-proof.ts";
import { normalUri } from "./request-uri.ts";

/** What a proof must be for. */
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
  const { method, uri, now, accessToken, jkt } = request;
  if (proof.htm !== method) throw invalid("htm is another method");
  const meant = normalUri(proof.htu);
  if (meant === undefined || meant !== normalUri(uri)) throw invalid("htu is another address");
  if (jkt !== undefined && proof.jkt !== jkt) throw invalid("another key than the session's");
  if (accessToken !== undefined && proof.ath !== hash("sha256", accessToken, "base64url")) {
    throw invalid("ath is missing or of another token");
  }
  if (proof.exp !== undefined && proof.exp + LEEWAY_SECONDS <= now) throw invalid("exp has passed");
  if (proof.nbf !== undefined && proof.nbf - LEEWAY_SECONDS > now) throw invalid("nbf has not come");
}

/**
 * Is this proof for these bytes?
 * @throws HufuError `proof_invalid`
 */
export function assertBody({ contentDigest, htm }: Proof, bytes: Uint8Array): void {
  if (contentDigest === undefined) {
    // Nobody can take a body away that there never is.
    if (bytes.length === 0 && (htm === "GET" || htm === "HEAD")) return;
    throw invalid("content_digest is missing");
  }
  if (!isDigestOf(contentDigest, bytes)) throw invalid("content_digest is of another body");
}

function invalid(what: string): HufuError {
  return new HufuError("proof_invalid", { detail: `proof: ${what}` });
}
