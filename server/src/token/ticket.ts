import { createHash } from "node:crypto";
import { toBase64url } from "../core/base64url.ts";
import { HufuError } from "../core/errors/errors.ts";
import { parseSessionId, parseUserId, type SessionId, type UserId } from "../core/ids.ts";
import { canonicalJson } from "./jws/canonical-json.ts";
import { type CompactJws, hasEmbeddedKey, isSignedBy, parseCompactJws } from "./jws/compact-jws.ts";
import { type JsonObject, parseStrictObject } from "./jws/strict-json.ts";
import { isAlgorithm } from "./keys/algorithms.ts";
import type { SigningKey } from "./keys/signing-key.ts";
import type { VerificationKey } from "./keys/verification-key.ts";

/** What a ticket says. Times are whole epoch seconds. */
export interface TicketClaims {
  /** The issuer is its own audience: only it may say what a ticket is worth. */
  readonly iss: string;
  readonly aud: string;
  readonly sub: UserId;
  readonly sid: SessionId;
  readonly client_id: string;
  /** The back end's own id of the user, if it gave one. */
  readonly uid?: string;
  readonly operation: string;
  /** base64url of the SHA-256 of the parameters in their canonical spelling (RFC 8785). */
  readonly parameters_sha256: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

/** A ticket that has the right shape and is not believed yet. */
export interface ParsedTicket {
  readonly kid: string;
  readonly claims: TicketClaims;
  readonly jws: CompactJws;
}

/** Never the type of an access token, so that neither is taken for the other. @see RFC 8725 §3.11 */
const TYPE = "hufu-ticket+jwt";
const JTI = /^[A-Za-z0-9_-]{22}$/;
const DIGEST = /^[A-Za-z0-9_-]{43}$/;

/** @throws HufuError `parameter_invalid`, TypeError, as `canonicalJson` does */
export function digestOfParameters(parameters: JsonObject): string {
  return toBase64url(createHash("sha256").update(canonicalJson(parameters, "parameters"), "utf8").digest());
}

export function signTicket(key: SigningKey, claims: TicketClaims): string {
  const header = JSON.stringify({ alg: key.alg, typ: TYPE, kid: key.kid });
  const input = `${base64urlOf(header)}.${base64urlOf(JSON.stringify(claims))}`;
  return `${input}.${toBase64url(key.sign(input))}`;
}

/** @throws HufuError `ticket_invalid`, for an access token too */
export function parseTicket(text: string): ParsedTicket {
  const jws = parseCompactJws(text, "ticket_invalid");
  const { typ, alg, kid } = jws.header;
  if (typ !== TYPE || !isAlgorithm(alg) || typeof kid !== "string") throw invalid("header");
  if (hasEmbeddedKey(jws.header)) throw invalid("header: an embedded key");
  const payload = parseStrictObject(jws.payload);
  if (payload === undefined) throw invalid("payload is not strict JSON");
  return { kid, claims: readClaims(payload), jws };
}

/**
 * @param key as this issuer has it under the ticket's `kid`; `undefined` if it has none
 * @throws HufuError `ticket_invalid`
 */
export function checkTicket({ claims, jws }: ParsedTicket, issuer: string, key: VerificationKey | undefined): void {
  if (claims.iss !== issuer || claims.aud !== issuer) throw invalid("of another issuer");
  if (key === undefined) throw invalid("unknown kid");
  if (!isSignedBy(jws, key)) throw invalid("signature");
}

function readClaims(payload: JsonObject): TicketClaims {
  const { sub, sid, uid, jti, iat, exp } = payload;
  const isRight =
    isText(payload["iss"]) &&
    isText(payload["aud"]) &&
    typeof sub === "string" &&
    parseUserId(sub) !== undefined &&
    typeof sid === "string" &&
    parseSessionId(sid) !== undefined &&
    isText(payload["client_id"]) &&
    (uid === undefined || isText(uid)) &&
    isText(payload["operation"]) &&
    matches(payload["parameters_sha256"], DIGEST) &&
    matches(jti, JTI) &&
    Number.isSafeInteger(iat) &&
    Number.isSafeInteger(exp);
  if (!isRight) throw invalid("claims");
  return payload as object as TicketClaims;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0;
}

function matches(value: unknown, shape: RegExp): boolean {
  return typeof value === "string" && shape.test(value);
}

function base64urlOf(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url");
}

function invalid(detail: string): HufuError {
  return new HufuError("ticket_invalid", { detail: `ticket: ${detail}` });
}
