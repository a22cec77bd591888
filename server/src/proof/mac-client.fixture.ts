import { createHash, createHmac, randomUUID } from "node:crypto";
import type { Members } from "./proof-client.fixture.ts";

export interface MacRequest {
  readonly method?: string;
  readonly uri: string;
  readonly accessToken: string;
  readonly nonce?: string | undefined;
  /** Of `getLatestUserKey`. */
  readonly key: { readonly encryptKey: string; readonly version: number };
  readonly body?: string | undefined;
}

/** A request MAC as docs/protocol.md §13 writes it; header members and claims can be replaced, `undefined` removes one. */
export function requestMac(
  { method = "POST", uri, accessToken, nonce, key, body }: MacRequest,
  { header = {}, claims = {} }: { readonly header?: Members; readonly claims?: Members } = {},
): string {
  const head = { typ: "hufu-mac+jwt", alg: "HS256", kid: String(key.version), ...header };
  const said = {
    jti: randomUUID(),
    htm: method,
    htu: uri,
    iat: Math.floor(Date.now() / 1000),
    nonce,
    ath: createHash("sha256").update(accessToken).digest("base64url"),
    content_digest: body === undefined ? undefined : digestOf(body),
    ...claims,
  };
  const input = `${encoded(head)}.${encoded(said)}`;
  return `${input}.${createHmac("sha256", key.encryptKey).update(input).digest("base64url")}`;
}

function digestOf(body: string): string {
  return `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
}

function encoded(members: Members): string {
  return Buffer.from(JSON.stringify(members)).toString("base64url");
}
