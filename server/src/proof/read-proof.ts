import { HufuError } from "../core/errors/errors.ts";
import { parseCompactJws } from "../token/compact-jws.ts";
import { isJsonObject, type JsonObject, parseStrictObject } from "../token/strict-json.ts";
import { type ProofKey, proofKeyOf } from "./proof-key.ts";

/** A DPoP proof whose signature has been checked. What it is for has not. */
export interface Proof {
  /** Thumbprint of the key that signed it (RFC 7638). */
  readonly jkt: string;
  readonly jti: string;
  /** The method, in the case in which it was sent. */
  readonly htm: string;
  readonly htu: string;
  /** Epoch seconds, by the clock of the client. */
  readonly iat: number;
  readonly ath: string | undefined;
  readonly nonce: string | undefined;
  readonly exp: number | undefined;
  readonly nbf: number | undefined;
  /** RFC 9530 `Content-Digest` of the body, a claim of our own. */
  readonly contentDigest: string | undefined;
}

/** Longer proofs are refused unread. One of ours has some 700 characters. */
const LONGEST = 4096;
const LONGEST_JTI = 256;
const LONGEST_TEXT = 2048;

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
  const claims = parseStrictObject(jws.payload);
  if (!isJsonObject(claims)) throw invalid("claims are not strict JSON");
  return Object.freeze({
    jkt: key.jkt,
    jti: textIn(claims, "jti", LONGEST_JTI),
    htm: textIn(claims, "htm", LONGEST_TEXT),
    htu: textIn(claims, "htu", LONGEST_TEXT),
    iat: secondsIn(claims, "iat"),
    ath: optional(claims, "ath", textIn),
    nonce: optional(claims, "nonce", textIn),
    exp: optional(claims, "exp", secondsIn),
    nbf: optional(claims, "nbf", secondsIn),
    contentDigest: optional(claims, "content_digest", textIn),
  });
}

function optional<Value>(
  claims: JsonObject,
  name: string,
  read: (claims: JsonObject, name: string) => Value,
): Value | undefined {
  return claims[name] === undefined ? undefined : read(claims, name);
}

function textIn(claims: JsonObject, name: string, longest = LONGEST_TEXT): string {
  const value = claims[name];
  if (typeof value !== "string" || value === "" || value.length > longest) throw invalid(name);
  return value;
}

function secondsIn(claims: JsonObject, name: string): number {
  const value = claims[name];
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw invalid(name);
  return Number(value);
}

function invalid(what: string, cause?: unknown): HufuError {
  return new HufuError("proof_invalid", { detail: `proof: ${what}`, cause });
}
