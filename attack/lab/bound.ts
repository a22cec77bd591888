import { hash } from "node:crypto";
import { createProofClient, type ProofClient, type ProofRequest } from "../../server/src/proof/proof-client.fixture.ts";
import type { Answer } from "./http.ts";
import { form } from "./http.ts";
import type { Fields, Target } from "./target.ts";

const LOGIN_CODE = "urn:hufu:grant-type:login-code";

/** A session that is bound to its owner's key, and what an attacker may have copied of it. */
export interface BoundSession {
  readonly owner: ProofClient;
  readonly access: string;
  readonly refresh: string;
  /** The public address that a proof for this path must name. */
  uri(path: string): string;
  readonly tokenUri: string;
  /** A fresh nonce of the token endpoint. */
  tokenNonce(): Promise<string>;
  /** A fresh nonce of the guards. */
  guardNonce(): Promise<string>;
  /** What a proof for `GET /orders` must name, with a fresh nonce. */
  ordersRequest(): Promise<ProofRequest>;
  /** `GET path` with these headers. */
  ask(path: string, headers: Fields): Promise<Answer>;
  /** The refresh grant, with a proof or without. */
  renew(proof: string | undefined): Promise<Answer>;
}

/** Signs alice in with a proof. */
export async function bind(target: Target): Promise<BoundSession> {
  const owner = createProofClient();
  const tokenUri = `${target.url}/auth/oauth/token`;
  const post = (fields: Fields, proof: string | undefined): Promise<Answer> =>
    target.askIssuer("/oauth/token", {
      ...form({ client_id: target.clientId, ...fields }),
      headers: proof === undefined ? {} : { dpop: proof },
    });
  const tokenNonce = async (): Promise<string> => {
    const { headers } = await post({ grant_type: "refresh_token", refresh_token: "x" }, owner.proof({ uri: tokenUri }));
    return headers.get("dpop-nonce") ?? "";
  };
  const proof = owner.proof({ uri: tokenUri, nonce: await tokenNonce() });
  const { json, text } = await post({ grant_type: LOGIN_CODE, code: target.code("alice") }, proof);
  const { access_token: access, refresh_token: refresh } = json;
  if (typeof access !== "string" || typeof refresh !== "string") throw new Error(`the lab cannot bind: ${text}`);
  const ask = (path: string, headers: Fields): Promise<Answer> => target.ask(path, headers);
  const ordersUri = `${target.url}/orders`;
  const guardNonce = async (): Promise<string> => {
    const dpop = owner.proof({ method: "GET", uri: ordersUri, accessToken: access });
    const { headers } = await ask("/orders", { authorization: `DPoP ${access}`, dpop });
    return headers.get("dpop-nonce") ?? "";
  };
  return {
    owner,
    access,
    refresh,
    tokenUri,
    uri: (path) => `${target.url}${path}`,
    tokenNonce,
    guardNonce,
    ordersRequest: async () => ({ method: "GET", uri: ordersUri, accessToken: access, nonce: await guardNonce() }),
    ask,
    renew: (given) => post({ grant_type: "refresh_token", refresh_token: refresh }, given),
  };
}

/** What the owner of a session pays. */
export const PAYMENT = '{"amount": 5, "to": "bob"}';

/** The `Content-Digest` of a body. @see RFC 9530 */
export function digestOf(body: string): string {
  return `sha-256=:${hash("sha256", body, "base64")}:`;
}

/** A payment whose proof names this digest; what arrives is `body`. */
export async function pay(
  target: Target,
  { digest, body, method = "POST" }: { readonly digest?: string; readonly body?: string; readonly method?: string },
): Promise<Answer> {
  const session = await bind(target);
  const nonce = await session.guardNonce();
  const request = { method, uri: session.uri("/payments"), accessToken: session.access, nonce };
  const claims = digest === undefined ? {} : { content_digest: digest };
  const headers = withProof(session, session.owner.proof(request, { claims }));
  const json = { ...headers, "content-type": "application/json" };
  return target.ask("/payments", json, body === undefined ? { method } : { method, body });
}

/** The headers of a request with a bound token. */
export function withProof({ access }: BoundSession, dpop: string): Fields {
  return { authorization: `DPoP ${access}`, dpop };
}
