import { fromBase64url, toBase64url } from "../../core/base64url.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { Reason } from "../../core/errors/reasons.ts";
import type { VerificationKey } from "../keys/verification-key.ts";
import { type JsonObject, parseStrictObject } from "./strict-json.ts";

/** A signed text in its parts. Nothing of it is believed until its signature has been checked. */
export interface CompactJws {
  readonly header: JsonObject;
  readonly payload: Buffer;
  /** The ASCII bytes that are signed. */
  readonly signingInput: Buffer;
  readonly signature: Buffer;
}

/** Longer texts are refused unread: 8 KiB, what common proxies let through as one header line. */
export const MAX_JWS_LENGTH = 8192;

/** Header members that bring or point to a key. Keys come from the issuer, never from the token. */
const EMBEDDED_KEYS = ["jwk", "jku", "x5u", "x5c"] as const;

/**
 * Takes a JWS in compact form apart, before any cryptography: at most 8 KiB, exactly three parts, each in its one
 * canonical base64url spelling, the header strict JSON without `crit` and `b64`. Only the payload may be empty.
 * @param options.keepHeader `false` for headers that are different in each text
 * @throws HufuError with `reason`
 * @see RFC 7515 §3.1, RFC 8725 §3
 */
export function parseCompactJws(
  text: string,
  reason: Reason,
  { keepHeader = true }: { readonly keepHeader?: boolean } = {},
): CompactJws {
  if (text.length > MAX_JWS_LENGTH) throw new HufuError(reason, { detail: "JWS too long" });
  const first = text.indexOf(".");
  const second = text.indexOf(".", first + 1);
  if (first < 1 || second === -1) throw new HufuError(reason, { detail: "JWS has not three parts" });
  const header = keepHeader ? readHeader(text.slice(0, first)) : objectIn(text.slice(0, first));
  if (header === undefined) throw new HufuError(reason, { detail: "JWS header is not strict JSON" });
  // We know no extension, so every critical one is unknown to us.
  if ("crit" in header || "b64" in header) throw new HufuError(reason, { detail: "JWS header has crit or b64" });
  const payload = fromBase64url(text.slice(first + 1, second));
  // A further dot is outside the alphabet of the last part.
  const signature = fromBase64url(text.slice(second + 1));
  if (payload === undefined || signature === undefined || signature.length === 0) {
    throw new HufuError(reason, { detail: "JWS payload or signature is not canonical base64url" });
  }
  return { header, payload, signingInput: Buffer.from(text.slice(0, second), "latin1"), signature };
}

function objectIn(segment: string): JsonObject | undefined {
  const bytes = fromBase64url(segment);
  return bytes && parseStrictObject(bytes);
}

/** Headers read before: all tokens of one key have the same. Bounded, and a flood of others only empties it. */
const headers = new Map<string, JsonObject>();
const MAX_HEADERS = 64;
const MAX_HEADER_LENGTH = 256;

function readHeader(segment: string): JsonObject | undefined {
  const known = headers.get(segment);
  if (known !== undefined) return known;
  const bytes = fromBase64url(segment);
  const header = bytes && parseStrictObject(bytes);
  if (header === undefined || bytes === undefined || segment.length > MAX_HEADER_LENGTH) return header;
  if (headers.size >= MAX_HEADERS) headers.clear();
  // Spelled anew, because a slice would keep the whole token alive.
  headers.set(toBase64url(bytes), Object.freeze(header));
  return header;
}

/** Does the header bring its own key, or a place to fetch one from? */
export function hasEmbeddedKey(header: JsonObject): boolean {
  return EMBEDDED_KEYS.some((name) => name in header);
}

/** Was this signed with this key, by the one algorithm that the key is for? */
export function isSignedBy(jws: CompactJws, key: VerificationKey): boolean {
  return jws.header["alg"] === key.alg && key.verify(jws.signingInput, jws.signature);
}

/**
 * Checks a compact JWS of any content against one key.
 * @throws HufuError `token_malformed` for its shape, `token_signature` for another algorithm, key or content
 */
export function verifyCompactJws(text: string, key: VerificationKey): CompactJws {
  const jws = parseCompactJws(text, "token_malformed");
  if (hasEmbeddedKey(jws.header)) throw new HufuError("token_malformed", { detail: "JWS header brings a key" });
  if (!isSignedBy(jws, key)) throw new HufuError("token_signature");
  return jws;
}
