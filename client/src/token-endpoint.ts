import type { Tell } from "./debug.ts";
import { HufuClientError } from "./failure.ts";
import type { Patience } from "./patience.ts";
import { readPlatformFailure } from "./platform-failure.ts";
import type { PlatformAnswer, Runtime } from "./runtime.ts";
import type { ServerClock } from "./server-clock.ts";
import { headerOf, judgeTokenAnswer, type TokenVerdict } from "./token-verdict.ts";

/** A verdict that is final: what asks to be repeated has been. */
export type FinalVerdict = Exclude<TokenVerdict, { readonly does: "repeat" }>;

/** The issuer's endpoints for tokens. */
export interface TokenEndpoint {
  /**
   * Asks until there is an answer or the time is over. The question carries an attempt, so asking again is always safe,
   * as long as it is still the question: otherwise the answer is `superseded`.
   * Rejects with the HufuClientError of the last try.
   */
  ask(
    form: Readonly<Record<string, string | undefined>>,
    until: number,
    isAsked?: () => Promise<boolean>,
  ): Promise<FinalVerdict>;
  /** Tells the server that the session of this refresh token has been left. `false` if it could not be told. */
  leave(refreshToken: string): Promise<boolean>;
}

/** One try; a phone that is still connecting after that is better off with a new one. */
const TRY_MS = 10_000;
const NO_MORE_THAN_MS = 60_000;

export interface TokenEndpointParts {
  readonly runtime: Runtime;
  readonly issuer: string;
  readonly clientId: string;
  readonly clock: ServerClock;
  readonly patience: Patience;
  readonly tell: Tell;
}

export function createTokenEndpoint(parts: TokenEndpointParts): TokenEndpoint {
  const { runtime, issuer, clientId, clock, patience, tell } = parts;

  function post(path: string, form: Readonly<Record<string, string | undefined>>): Promise<PlatformAnswer> {
    const fields = Object.keys(form).filter((name) => form[name] !== undefined);
    return new Promise((success, fail) => {
      runtime.start("request", {
        url: issuer + path,
        method: "POST",
        // Spelled here, because not every platform encodes a form the same way.
        data: fields.map((name) => `${name}=${encodeURIComponent(form[name] || "")}`).join("&"),
        header: { "content-type": "application/x-www-form-urlencoded" },
        timeout: TRY_MS,
        success,
        fail,
      });
    });
  }

  async function once(form: Readonly<Record<string, string | undefined>>): Promise<TokenVerdict> {
    try {
      const answer = await post("/oauth/token", form);
      clock.learn(headerOf(answer, "date"));
      return judgeTokenAnswer(answer);
    } catch (failure) {
      const { error, retry } = readPlatformFailure(failure as { errMsg: string });
      return { does: retry ? "repeat" : "fail", error };
    }
  }

  return {
    async ask(form, until, isAsked) {
      const full = Object.assign({ client_id: clientId }, form);
      for (let failures = 0; ; failures += 1) {
        const verdict = await once(full);
        if (verdict.does !== "repeat") {
          tell("token endpoint:", verdict.does);
          return verdict;
        }
        const { error } = verdict;
        const asked = error.retryAfter === undefined ? 0 : error.retryAfter * 1000;
        const wait = Math.min(Math.max(asked, patience.backoff(failures)), NO_MORE_THAN_MS);
        tell("token endpoint:", `${error.reason}, again in ${Math.round(wait)} ms`);
        if (runtime.now() + wait >= until) throw error;
        // Coming back to the foreground ends a wait for the network, but not one that the server has asked for.
        await patience.pause(wait, asked === 0);
        if (isAsked !== undefined && !(await isAsked())) return { does: "superseded" };
      }
    },
    async leave(refreshToken) {
      try {
        const { statusCode } = await post("/oauth/revoke", { client_id: clientId, token: refreshToken });
        return statusCode < 500 && statusCode !== 429;
      } catch (_) {
        return false;
      }
    },
  };
}

/** The failure of whoever waited for a token for longer than it had time. */
export function waitedTooLong(): HufuClientError {
  return new HufuClientError("offline", "timeout");
}
