import { readFileSync } from "node:fs";
import { HufuError } from "../../core/errors/errors.ts";
import { newSessionId, newUserId } from "../../core/ids.ts";
import type { SigningKey } from "../keys/signing-key.ts";
import { importVerificationKey, type VerificationKey } from "../keys/verification-key.ts";
import type { ClientClaims, UserClaims } from "./access-claims.ts";
import type { AccessVerification } from "./verify-access-token.ts";

export const ISSUER = "https://api.example.com/auth";
export const AUDIENCE = "https://api.example.com";
/** Epoch seconds at which the tests happen. */
export const NOW = 1_790_000_000;

const fixed = (size: number): Buffer => Buffer.alloc(size, 7);

export const userClaims: UserClaims = {
  iss: ISSUER,
  aud: AUDIENCE,
  exp: NOW + 590,
  iat: NOW - 10,
  jti: "sample-token-id-0000000",
  client_id: "wx0123456789abcdef",
  sub: newUserId(fixed, 0),
  uid: "42",
  openid: "o-sample-openid-of-28-charac",
  sid: newSessionId(fixed, 0),
  roles: ["member"],
  permissions: ["order:read:own"],
  ver: 1,
  pol: 1,
  auth_time: NOW - 10,
  acr: "platform",
  amr: ["swk"],
};

export const clientClaims: ClientClaims = {
  iss: ISSUER,
  aud: AUDIENCE,
  exp: NOW + 590,
  iat: NOW - 10,
  jti: "sample-token-id-0000001",
  client_id: "orders-api",
  sub: "client:orders-api",
  permissions: ["hufu.tokens:introspect"],
  pol: 1,
};

export const base64url = (content: string | Buffer): string => Buffer.from(content).toString("base64url");

/** Signs any header and payload: objects become JSON, text is taken as it is. */
export function forge(key: SigningKey, header: object | string | Buffer, payload: object | string | Buffer): string {
  const input = `${base64url(asText(header))}.${base64url(asText(payload))}`;
  return `${input}.${base64url(key.sign(input))}`;
}

function asText(content: object | string | Buffer): string | Buffer {
  return typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content);
}

export function headerOf(key: SigningKey): { readonly alg: string; readonly typ: string; readonly kid: string } {
  return { alg: key.alg, typ: "at+jwt", kid: key.kid };
}

/** What a verifier that knows exactly these keys expects. */
export function expecting(...keys: readonly SigningKey[]): AccessVerification {
  const byKid = new Map<string, VerificationKey>(keys.map((key) => [key.kid, importVerificationKey(key.publicJwk)]));
  return { issuer: ISSUER, audience: AUDIENCE, now: NOW, findKey: (kid) => byKid.get(kid) };
}

/** For `assert.throws`: a refusal with this reason. */
export function refusal(reason: string): (error: unknown) => boolean {
  return (error) => error instanceof HufuError && error.reason === reason;
}

/** One file of published vectors; vectors/README.md says where they are from. */
export function vectorGroups<Group>(name: string): readonly Group[] {
  const url = new URL(`../../../../vectors/wycheproof/${name}.json`, import.meta.url);
  const file = JSON.parse(readFileSync(url, "utf8")) as { readonly testGroups: readonly Group[] };
  return file.testGroups;
}
