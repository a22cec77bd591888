import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";

export type Members = Readonly<Record<string, unknown>>;

/** A client's key, and the proofs that it makes. */
export interface ProofClient {
  readonly key: KeyObject;
  readonly jwk: Members;
  /** A proof; header members and claims can be replaced, `undefined` removes one. */
  proof(request: ProofRequest, changes?: { readonly header?: Members; readonly claims?: Members }): string;
}

export interface ProofRequest {
  readonly method?: string;
  readonly uri: string;
  readonly nonce?: string | undefined;
  readonly accessToken?: string;
  /** Epoch milliseconds. Default: this machine's. */
  readonly now?: number;
}

export function createProofClient(kind: "ES256" | "EdDSA" | "Ed25519" = "ES256"): ProofClient {
  const { privateKey, publicKey } =
    kind === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
  const jwk = { ...publicKey.export({ format: "jwk" }) };
  return {
    key: privateKey,
    jwk,
    proof({ method = "POST", uri, nonce, accessToken, now = Date.now() }, { header = {}, claims = {} } = {}) {
      const head = { typ: "dpop+jwt", alg: kind, jwk, ...header };
      const body = {
        jti: randomUUID(),
        htm: method,
        htu: uri,
        iat: Math.floor(now / 1000),
        nonce,
        ath: accessToken === undefined ? undefined : hashOf(accessToken),
        ...claims,
      };
      const input = `${encoded(head)}.${encoded(body)}`;
      const signature =
        kind === "ES256"
          ? sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" })
          : sign(null, Buffer.from(input), privateKey);
      return `${input}.${signature.toString("base64url")}`;
    },
  };
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function encoded(members: Members): string {
  return Buffer.from(JSON.stringify(members)).toString("base64url");
}
