import type { CallKind, PlatformCall } from "../runtime/runtime.ts";
import { inOtherWords, ownAnswer, reasonOf } from "./answers.ts";
import { fromBase64url } from "./bytes.ts";
import type { KeyStorage } from "./key-storage.ts";
import type { Tries } from "./later-call.ts";
import type { Prover } from "./prover.ts";
import type { Unbound } from "./token-call.ts";

const ORIGIN = /^[a-z]+:\/\/[^/?#]*/i;
const BEARER = /^Bearer (\S+)$/;

/** The access token that the core has put into a call. */
export function bearerOf(call: PlatformCall): string | undefined {
  const [, token] = BEARER.exec(call.header["Authorization"] || "") || [];
  return token;
}

/** The thumbprint of the key that an access token is bound to. */
export function boundTo(token: string): string | undefined {
  let claims = "";
  // Read byte by byte: what is looked for is ASCII.
  fromBase64url(token.split(".")[1] || "").forEach((byte) => {
    claims += String.fromCharCode(byte);
  });
  const [, jkt] = /"cnf":\{"jkt":"([\w-]+)"/.exec(claims) || [];
  return jkt;
}

/** Whose nonces a guarded address takes. */
export function originOf(url: string): string {
  const [origin = ""] = ORIGIN.exec(url) || [];
  return origin.toLowerCase();
}

/**
 * A call to a guard, with a proof where the token is bound. To the core it looks like one with a Bearer token: a token
 * whose key is lost is a revoked one, so the core refreshes.
 */
export function guardedCall(
  kind: CallKind,
  call: PlatformCall,
  token: string,
  keys: KeyStorage,
  prover: Prover,
  unbound: Unbound,
): Tries {
  const origin = originOf(call.url);
  const jkt = boundTo(token);
  return {
    async before() {
      if (jkt === undefined) return call;
      try {
        const key = await keys.withThumbprint(jkt);
        return key ? prover.proven(kind, call, key, origin, token) : ownAnswer(401, "token_revoked", "the key is lost");
      } catch (_) {
        return ownAnswer(503, "key_unreadable", "the platform's storage cannot be read");
      }
    },
    async after(answer, isLast) {
      prover.heard(origin, answer.header);
      if (answer.statusCode !== 401) return answer;
      const reason = reasonOf(answer);
      if (reason === "proof_nonce" && jkt !== undefined) return isLast ? inOtherWords(answer, 503, reason) : undefined;
      if (reason === "proof_missing" && jkt === undefined) {
        unbound.isRefused = true;
        return inOtherWords(answer, 401, "token_revoked");
      }
      // The platform itself has sent the request twice, and the first one may have been carried out.
      if (reason === "proof_replayed") throw { errMsg: `${kind}:fail interrupted` };
      return answer;
    },
    isPassing: (answer) => answer.statusCode === 401 && reasonOf(answer) === "proof_nonce",
  };
}
