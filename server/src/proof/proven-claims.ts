import { HufuError } from "../core/errors/errors.ts";
import { isJsonObject, type JsonObject, parseStrictObject } from "../token/jws/strict-json.ts";

/** By which reason a request that does not fit what it proves is refused: a proof of possession, or a request MAC. */
export type ProvenReason = "proof_invalid" | "mac_invalid";

/** What a signature over a request says. Nothing of it has been compared with the request. */
export interface ProvenClaims {
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

const LONGEST_JTI = 256;
const LONGEST_TEXT = 2048;

/**
 * The claims of a proof, and of a request MAC, which says the same.
 * @throws HufuError with `reason`
 * @see RFC 9449 §4.2
 */
export function readProvenClaims(payload: Buffer, reason: ProvenReason): ProvenClaims {
  const claims = parseStrictObject(payload);
  if (!isJsonObject(claims)) throw notThis(reason, "claims are not strict JSON");
  const said = { claims, reason };
  return {
    jti: textIn(said, "jti", LONGEST_JTI),
    htm: textIn(said, "htm"),
    htu: textIn(said, "htu"),
    iat: secondsIn(said, "iat"),
    ath: optional(said, "ath", textIn),
    nonce: optional(said, "nonce", textIn),
    exp: optional(said, "exp", secondsIn),
    nbf: optional(said, "nbf", secondsIn),
    contentDigest: optional(said, "content_digest", textIn),
  };
}

/** A refusal whose `detail` says what does not fit. */
export function notThis(reason: ProvenReason, what: string, cause?: unknown): HufuError {
  const name = reason === "proof_invalid" ? "proof" : "request MAC";
  return new HufuError(reason, { detail: `${name}: ${what}`, cause });
}

interface Said {
  readonly claims: JsonObject;
  readonly reason: ProvenReason;
}

function optional<Value>(said: Said, name: string, read: (said: Said, name: string) => Value): Value | undefined {
  return said.claims[name] === undefined ? undefined : read(said, name);
}

function textIn({ claims, reason }: Said, name: string, longest = LONGEST_TEXT): string {
  const value = claims[name];
  if (typeof value !== "string" || value === "" || value.length > longest) throw notThis(reason, name);
  return value;
}

function secondsIn({ claims, reason }: Said, name: string): number {
  const value = claims[name];
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw notThis(reason, name);
  return Number(value);
}
