import { toBase64url } from "../../core/base64url.ts";
import type { Random } from "../../core/random.ts";
import { MAX_JWS_LENGTH } from "../jws/compact-jws.ts";
import type { SigningKey } from "../keys/signing-key.ts";
import { type AccessClaims, isUserClaims } from "./access-claims.ts";

const headers = new WeakMap<SigningKey, string>();

/**
 * Claims → JWS compact. Members are always written in the same order, independent of the object's order.
 * @throws TypeError if the token would be longer than the 8 KiB that verifiers read
 * @see RFC 9068 §2, docs/protocol.md §4
 */
export function signAccessToken(key: SigningKey, claims: AccessClaims): string {
  const payload = Buffer.from(JSON.stringify(inOrder(claims)), "utf8").toString("base64url");
  const input = `${headerOf(key)}.${payload}`;
  const token = `${input}.${toBase64url(key.sign(input))}`;
  if (token.length > MAX_JWS_LENGTH) throw new TypeError(`access token of ${token.length} characters: too many claims`);
  return token;
}

/** A fresh `jti`: 128 random bits as 22 characters. */
export function newTokenId(random: Random): string {
  return toBase64url(random(16));
}

function headerOf(key: SigningKey): string {
  const known = headers.get(key);
  if (known !== undefined) return known;
  const header = Buffer.from(JSON.stringify({ alg: key.alg, typ: "at+jwt", kid: key.kid }), "utf8").toString(
    "base64url",
  );
  headers.set(key, header);
  return header;
}

/** `undefined` members are dropped by JSON.stringify. */
function inOrder(claims: AccessClaims): object {
  const { iss, aud, exp, iat, jti, client_id, sub, roles, permissions, pol, cnf } = claims;
  if (!isUserClaims(claims)) {
    return { iss, aud, exp, iat, jti, client_id, sub, roles, permissions, pol, cnf };
  }
  const { uid, openid, sid, ver, auth_time, acr, amr, claims: host } = claims;
  return {
    iss,
    aud,
    exp,
    iat,
    jti,
    client_id,
    sub,
    uid,
    openid,
    sid,
    roles,
    permissions,
    ver,
    pol,
    auth_time,
    acr,
    amr,
    cnf,
    claims: host,
  };
}
