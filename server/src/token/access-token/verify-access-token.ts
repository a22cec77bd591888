import { HufuError } from "../../core/errors/errors.ts";
import { type CompactJws, hasEmbeddedKey, isSignedBy, parseCompactJws } from "../jws/compact-jws.ts";
import { type JsonObject, parseStrictObject } from "../jws/strict-json.ts";
import { type Algorithm, isAlgorithm } from "../keys/algorithms.ts";
import type { VerificationKey } from "../keys/verification-key.ts";
import type { AccessClaims } from "./access-claims.ts";
import { readAccessClaims } from "./read-access-claims.ts";

/** An access token that has the right shape and is not believed yet. */
export interface ParsedAccessToken {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly claims: AccessClaims;
  readonly jws: CompactJws;
}

/** What the claims of a token are held against. */
export interface AccessExpectations {
  /** Exactly this, character by character. */
  readonly issuer: string;
  /** The token must be meant for (one of) these. */
  readonly audience: string | readonly string[];
  /** Epoch seconds. */
  readonly now: number;
  /** Seconds for which a token still counts after its end; 0 by default, at most 60. */
  readonly leeway?: number;
  /** The longest life in seconds that a token may claim; by default a day and a minute. */
  readonly maxLifetime?: number;
}

/** Expectations, and where this issuer's keys are. */
export interface AccessVerification extends AccessExpectations {
  /** A key of `issuer`, and of no other issuer: two issuers may use one `kid`. */
  findKey(kid: string): VerificationKey | undefined;
}

const TYPES = new Set(["at+jwt", "application/at+jwt"]);
const MAX_KID_LENGTH = 128;
/** Seconds by which clocks may differ before a token from the future is refused. */
const CLOCK_SKEW = 60;
const MAX_LEEWAY = 60;
/** The longest access life that can be configured is 24 h. */
const MAX_LIFETIME = 86_400 + 60;

/**
 * Everything that can be said about a token before any cryptography and without knowing the issuer.
 * @throws HufuError `token_malformed`
 * @see RFC 9068 §4, RFC 8725 §3
 */
export function parseAccessToken(token: string): ParsedAccessToken {
  const jws = parseCompactJws(token, "token_malformed");
  const { kid, alg } = accessHeaderOf(jws.header);
  const payload = parseStrictObject(jws.payload);
  if (payload === undefined) throw new HufuError("token_malformed", { detail: "payload is not strict JSON" });
  return { kid, alg, claims: readAccessClaims(payload), jws };
}

interface AccessHeader {
  readonly kid: string;
  readonly alg: Algorithm;
}

/** The verdict on a header holds as long as the header itself is remembered (compact-jws.ts). */
const accessHeaders = new WeakMap<JsonObject, AccessHeader>();

function accessHeaderOf(header: JsonObject): AccessHeader {
  const known = accessHeaders.get(header);
  if (known !== undefined) return known;
  const { typ, alg, kid } = header;
  if (typeof typ !== "string" || !TYPES.has(typ.toLowerCase())) throw malformed("typ");
  if (!isAlgorithm(alg)) throw malformed("alg");
  if (typeof kid !== "string" || kid.length === 0 || kid.length > MAX_KID_LENGTH) throw malformed("kid");
  if (hasEmbeddedKey(header)) throw malformed("an embedded key");
  const accessHeader = { kid, alg };
  accessHeaders.set(header, accessHeader);
  return accessHeader;
}

/**
 * Issuer, audience and times. Checked before the key is looked up: a foreign or expired token then costs no signature
 * check and no fetch of keys. Passing this check proves nothing yet.
 * @throws HufuError `token_issuer`, `token_audience`, `token_expired` (also for the not yet valid), or
 * `token_malformed` for a life longer than any that we issue; TypeError for a leeway above 60 s
 */
export function checkAccessClaims(
  claims: AccessClaims & { readonly nbf?: number },
  expected: AccessExpectations,
): void {
  const { issuer, audience, now, leeway = 0, maxLifetime = MAX_LIFETIME } = expected;
  if (!(leeway >= 0 && leeway <= MAX_LEEWAY)) throw new TypeError(`leeway: 0 to ${MAX_LEEWAY} seconds`);
  if (claims.iss !== issuer) throw new HufuError("token_issuer");
  if (!isMeantFor(claims.aud, audience)) throw new HufuError("token_audience");
  if (claims.exp > claims.iat + maxLifetime) throw new HufuError("token_malformed", { detail: "lives too long" });
  if (!(now < claims.exp + leeway)) throw new HufuError("token_expired");
  if (claims.iat > now + CLOCK_SKEW || (claims.nbf ?? 0) > now + CLOCK_SKEW) {
    throw new HufuError("token_expired", { detail: "not yet valid: the clocks of issuer and verifier differ" });
  }
}

/**
 * The signature, with the key that the issuer lists under the token's `kid`; `undefined` if it lists none.
 * @throws HufuError `token_signature`, for an unknown key and a wrong algorithm too
 */
export function checkAccessSignature(token: ParsedAccessToken, key: VerificationKey | undefined): void {
  if (key === undefined) throw new HufuError("token_signature", { detail: "unknown kid" });
  if (!isSignedBy(token.jws, key)) throw new HufuError("token_signature");
}

/**
 * Parse, claims, signature in one go, for callers that hold all keys in memory.
 * @throws HufuError as the three steps do
 */
export function verifyAccessToken(token: string, verification: AccessVerification): AccessClaims {
  const parsed = parseAccessToken(token);
  checkAccessClaims(parsed.claims, verification);
  checkAccessSignature(parsed, verification.findKey(parsed.kid));
  return parsed.claims;
}

function isMeantFor(aud: string | readonly string[], audience: string | readonly string[]): boolean {
  if (typeof aud !== "string") return aud.some((one) => isMeantFor(one, audience));
  return typeof audience === "string" ? aud === audience : audience.includes(aud);
}

function malformed(what: string): HufuError {
  return new HufuError("token_malformed", { detail: `header: ${what}` });
}
