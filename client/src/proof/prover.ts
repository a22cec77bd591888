import { hash } from "@stablelib/sha256";
import { headerOf } from "../runtime/platform-answer.ts";
import type { CallKind, PlatformAnswer, PlatformCall } from "../runtime/runtime.ts";
import { createServerClock } from "../token-endpoint/server-clock.ts";
import { digestBody } from "./body-digest.ts";
import { toBase64url, toUtf8 } from "./bytes.ts";
import type { ProofKey } from "./proof-key.ts";

/** Puts proofs into calls. */
export interface Prover {
  /**
   * The call with its proof and, for a request with data, the digest of its bytes.
   * @param audience whose nonce the proof carries: an origin, or the token endpoint
   */
  proven(kind: CallKind, call: PlatformCall, key: ProofKey, audience: string, token: string | undefined): PlatformCall;
  /** Keeps the newest nonce of an audience, and learns the server's time. */
  heard(audience: string, header: PlatformAnswer["header"]): void;
}

const AUDIENCES_MOST = 99;

/** @param chance 0 ≤ x < 1; tells proofs of different runs apart */
export function createProver(now: () => number, chance: () => number): Prover {
  const nonces = new Map<string, string>();
  const clock = createServerClock(now);
  const run = `${now().toString(36)}-${chance().toString(36).slice(2)}${chance().toString(36).slice(2)}`;
  let proofs = 0;
  let hashed: readonly [token: string, ath: string] = ["", ""];

  function ath(token: string): string {
    if (hashed[0] !== token) hashed = [token, toBase64url(hash(toUtf8(token)))];
    return hashed[1];
  }

  return {
    proven(kind, call, key, audience, token) {
      const { data, digest } = kind === "request" ? digestBody(call) : { data: call.data, digest: undefined };
      proofs += 1;
      const proof = key.prove({
        jti: `${run}-${proofs}`,
        htm: kind === "upload" ? "POST" : kind === "download" ? "GET" : call.method || "GET",
        htu: call.url.replace(/[?#].*$/, ""),
        iat: Math.floor(clock.now() / 1000),
        nonce: nonces.get(audience),
        ath: token === undefined ? undefined : ath(token),
        // The token endpoint's form needs none.
        content_digest: token === undefined ? undefined : digest,
      });
      const more = token === undefined ? { DPoP: proof } : { Authorization: `DPoP ${token}`, DPoP: proof };
      return Object.assign({}, call, { data, header: Object.assign({}, call.header, more) });
    },
    heard(audience, header) {
      clock.learn(headerOf(header, "date"));
      const nonce = headerOf(header, "dpop-nonce");
      if (!nonce) return;
      if (nonces.size > AUDIENCES_MOST) nonces.clear();
      nonces.set(audience, nonce);
    },
  };
}
