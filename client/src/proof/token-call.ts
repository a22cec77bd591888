import { bodyOf, textOf } from "../runtime/platform-answer.ts";
import type { PlatformCall } from "../runtime/runtime.ts";
import { inOtherWords, ownAnswer, reasonOf } from "./answers.ts";
import type { KeyStorage } from "./key-storage.ts";
import type { Tries } from "./later-call.ts";
import type { ProofKey } from "./proof-key.ts";
import type { Prover } from "./prover.ts";

/** What is known of sessions that were signed in before the app used proofs. */
export interface Unbound {
  /** The refresh token of such a session. */
  refresh: string | undefined;
  /** A guard has asked for a bound session, so this one must be left. */
  isRefused: boolean;
}

/**
 * A sign-in or a refresh, with a proof. To the core it looks like one without: a bound session whose key is lost cannot
 * be refreshed, so the core signs in anew.
 */
export function tokenCall(call: PlatformCall, keys: KeyStorage, prover: Prover, unbound: Unbound): Tries {
  const form = String(call.data);
  const [, refresh] = /(?:^|&)refresh_token=([^&]*)/.exec(form) || [];
  let key: ProofKey | undefined;

  async function otherKey(): Promise<boolean> {
    const found = await keys.again();
    return found !== undefined && (!key || found.jkt !== key.jkt);
  }

  return {
    async before() {
      if (refresh !== undefined && refresh === unbound.refresh) {
        return unbound.isRefused ? ownAnswer(400, "refresh_token_invalid", "a guard asks for a bound session") : call;
      }
      try {
        key = refresh === undefined ? await keys.forSignIn() : await keys.current();
      } catch (_) {
        return ownAnswer(503, "key_unreadable", "the platform's storage cannot be read");
      }
      return key ? prover.proven("request", call, key, call.url, undefined) : call;
    },
    async after(answer, isLast) {
      prover.heard(call.url, answer.header);
      const body = bodyOf(answer);
      if (answer.statusCode === 200) {
        const isBound = body["token_type"] === "DPoP";
        unbound.isRefused = false;
        unbound.refresh = isBound ? undefined : encodeURIComponent(textOf(body["refresh_token"]));
        return isBound
          ? Object.assign({}, answer, { data: Object.assign({}, body, { token_type: "Bearer" }) })
          : answer;
      }
      const reason = reasonOf(answer);
      if (reason === "proof_nonce" && !isLast) return undefined;
      // The server has decided nothing, and a repeat carries the same attempt.
      if (reason === "proof_nonce" || reason === "proof_replayed") return inOtherWords(answer, 503, reason);
      if (refresh === undefined) return answer;
      if (reason === "proof_unexpected") {
        unbound.refresh = refresh;
        return isLast ? inOtherWords(answer, 503, reason) : undefined;
      }
      if (reason !== "proof_missing" && reason !== "proof_invalid") return answer;
      return !isLast && (await otherKey()) ? undefined : inOtherWords(answer, 400, "refresh_token_invalid");
    },
    isPassing: () => false,
  };
}
