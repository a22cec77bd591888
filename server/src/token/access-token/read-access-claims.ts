import { fromBase64url } from "../../core/base64url.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { parseSessionId, parseUserId } from "../../core/ids.ts";
import { isJsonObject, type JsonObject } from "../jws/strict-json.ts";
import type { AccessClaims } from "./access-claims.ts";

const MAX_JTI_LENGTH = 128;
const THUMBPRINT_BYTES = 32;

/**
 * Narrows a payload to access-token claims by their types; unknown claims are left alone. Issuer, audience and times
 * are not yet compared with anything but each other.
 * @throws HufuError `token_malformed`, the claim named in its detail
 */
export function readAccessClaims(payload: JsonObject): AccessClaims {
  const wrong = wrongClaim(payload);
  if (wrong !== undefined) throw new HufuError("token_malformed", { detail: `claim ${wrong}` });
  return payload as object as AccessClaims;
}

function wrongClaim(claims: JsonObject): string | undefined {
  const { iat, exp, sub, client_id: clientId, cnf } = claims;
  if (!isText(claims["iss"])) return "iss";
  if (!isAudience(claims["aud"])) return "aud";
  if (!isWhole(iat)) return "iat";
  if (!isWhole(exp) || exp <= iat) return "exp";
  if (claims["nbf"] !== undefined && !isWhole(claims["nbf"])) return "nbf";
  if (!isText(claims["jti"]) || claims["jti"].length > MAX_JTI_LENGTH) return "jti";
  if (!isText(clientId)) return "client_id";
  if (!isWhole(claims["pol"])) return "pol";
  if (claims["roles"] !== undefined && !isTextList(claims["roles"])) return "roles";
  if (claims["permissions"] !== undefined && !isTextList(claims["permissions"])) return "permissions";
  if (cnf !== undefined && !(isJsonObject(cnf) && isThumbprint(cnf["jkt"]))) return "cnf";
  if (!isText(sub)) return "sub";
  return sub.startsWith("client:") ? wrongClientClaim(claims, sub, clientId) : wrongUserClaim(claims, sub);
}

function wrongUserClaim(claims: JsonObject, sub: string): string | undefined {
  const { sid } = claims;
  if (parseUserId(sub) === undefined) return "sub";
  if (typeof sid !== "string" || parseSessionId(sid) === undefined) return "sid";
  if (!isWhole(claims["ver"])) return "ver";
  if (!isWhole(claims["auth_time"])) return "auth_time";
  if (!isText(claims["acr"])) return "acr";
  if (!isTextList(claims["amr"])) return "amr";
  if (claims["uid"] !== undefined && !isText(claims["uid"])) return "uid";
  if (claims["openid"] !== undefined && !isText(claims["openid"])) return "openid";
  if (claims["claims"] !== undefined && !isJsonObject(claims["claims"])) return "claims";
  return undefined;
}

/** A back end has no session, and its subject says nothing but its client id. */
function wrongClientClaim(claims: JsonObject, sub: string, clientId: string): string | undefined {
  if (sub !== `client:${clientId}`) return "sub";
  if (claims["sid"] !== undefined) return "sid";
  return undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0;
}

/** Whole, not negative, exactly representable: 1e400 parses to Infinity and never expires. */
function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isAudience(value: unknown): boolean {
  return isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));
}

function isThumbprint(value: unknown): boolean {
  return typeof value === "string" && fromBase64url(value)?.length === THUMBPRINT_BYTES;
}
