import type { DebugLog } from "../debug-log.ts";
import { headerOf, readPlatformAnswer } from "../runtime/platform-answer.ts";
import { readPlatformFailure } from "../runtime/platform-failure.ts";
import type { PlatformAnswer, PlatformTask, Runtime } from "../runtime/runtime.ts";
import type { Deadline, Waiting } from "../runtime/waiting.ts";
import type { ServerClock } from "./server-clock.ts";
import { judgeTokenAnswer, type TokenVerdict } from "./token-verdict.ts";

/** A verdict after all repeats. */
export type FinalVerdict = Exclude<TokenVerdict, { readonly does: "repeat" }>;

type Form = Readonly<Record<string, string | undefined>>;

/** The issuer's endpoints for tokens. */
export interface TokenEndpoint {
  /**
   * Repeats the request until there is an answer or the time is over. It carries an attempt, so a repeat is always safe, as
   * long as `isCurrent`: otherwise the answer is `superseded`. Rejects with the HufuClientError of the last try.
   */
  ask(form: Form, deadline: Deadline, isCurrent?: () => Promise<boolean>): Promise<FinalVerdict>;
  /** Tells the server that the user left the session of this token. `false` if it could not be told. */
  leave(token: string): Promise<boolean>;
}

/** For one try: a phone that is still connecting after that does better with a new connection. */
const TRY_MS = 10_000;
/** The client's own clock ends a try so much later than the platform's, whose error says more. */
const LATE_MS = 5000;
const PAUSE_MOST_MS = 60_000;

export interface TokenEndpointParts {
  readonly runtime: Runtime;
  readonly issuer: string;
  readonly clientId: string;
  readonly clock: ServerClock;
  readonly waiting: Waiting;
  readonly log: DebugLog;
}

export function createTokenEndpoint(parts: TokenEndpointParts): TokenEndpoint {
  const { runtime, issuer, clientId, clock, waiting, log } = parts;

  /** Rejects with what the platform gave as its failure. */
  async function post(path: string, form: Form): Promise<PlatformAnswer> {
    const full: Form = Object.assign({ client_id: clientId }, form);
    const fields = Object.keys(full).filter((name) => full[name] !== undefined);
    let task: PlatformTask | undefined;
    const answered = new Promise<unknown>((success, fail) => {
      task = runtime.start("request", {
        url: issuer + path,
        method: "POST",
        // Encoded here, because not every platform encodes a form the same way.
        data: fields.map((name) => `${name}=${encodeURIComponent(full[name] || "")}`).join("&"),
        header: { "content-type": "application/x-www-form-urlencoded" },
        timeout: TRY_MS,
        success,
        fail,
      });
    });
    const given = await waiting.within(TRY_MS + LATE_MS, answered, () => {
      try {
        if (task) task.abort();
      } catch (_) {
        // Not every platform can abort.
      }
      return { errMsg: "request:fail timeout" };
    });
    const answer = readPlatformAnswer(given);
    if (!answer) throw given;
    return answer;
  }

  async function once(form: Form): Promise<TokenVerdict> {
    try {
      const answer = await post("/oauth/token", form);
      clock.learn(headerOf(answer.header, "date"));
      return judgeTokenAnswer(answer);
    } catch (failure) {
      const { error, retry } = readPlatformFailure(failure);
      return { does: retry ? "repeat" : "fail", error };
    }
  }

  return {
    async ask(form, deadline, isCurrent) {
      for (let failures = 0; ; failures += 1) {
        const verdict = await once(form);
        if (verdict.does !== "repeat") {
          log("token endpoint:", verdict.does);
          return verdict;
        }
        const { error } = verdict;
        const asked = (error.retryAfter || 0) * 1000;
        const wait = Math.min(Math.max(asked, waiting.backoff(failures)), PAUSE_MOST_MS);
        log("token endpoint:", `${error.reason}, again in ${Math.round(wait)} ms`);
        if (deadline.isOver() || wait >= deadline.left()) throw error;
        // Coming back to the foreground ends a wait for the network, but not one that the server has asked for.
        await waiting.pause(wait, asked === 0);
        if (isCurrent && !(await isCurrent())) return { does: "superseded" };
      }
    },
    async leave(token) {
      try {
        const { statusCode } = await post("/oauth/revoke", { token });
        return statusCode < 500 && statusCode !== 429;
      } catch (_) {
        return false;
      }
    },
  };
}
