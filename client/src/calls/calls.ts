import type { DebugLog } from "../debug-log.ts";
import { HufuClientError } from "../failure.ts";
import { headerOf, readPlatformAnswer } from "../runtime/platform-answer.ts";
import { readPlatformFailure } from "../runtime/platform-failure.ts";
import type { CallKind, PlatformAnswer, Runtime } from "../runtime/runtime.ts";
import type { Deadline } from "../runtime/waiting.ts";
import type { AuthNeed } from "../session/session.ts";
import type { ServerClock } from "../token-endpoint/server-clock.ts";
import type { CallAddress } from "./call-address.ts";
import { createCallListeners, type HeardTry } from "./call-listeners.ts";
import { judgeAnswer } from "./guard-answer.ts";
import { type PlatformTry, startTry } from "./platform-try.ts";
import type { Slots } from "./slots.ts";
import type { StepUp, StepUpParts } from "./step-up-challenge.ts";

/** A call as the platform takes it, and what the client adds. */
export interface CallOptions {
  /** Absolute, or below `baseURL`. */
  readonly url: string;
  readonly header?: Readonly<Record<string, string>>;
  /**
   * Milliseconds in the foreground for everything: sign-in, waiting for a slot, repeats. Each chunk and each progress of an
   * upload or download starts the time again. Default: the client's.
   */
  readonly timeout?: number;
  /** Default `required` below `baseURL` and `origins`; elsewhere no token ever goes along. */
  readonly auth?: AuthNeed;
  /** May this be repeated although the server may have carried it out? Default: only GET and HEAD. */
  readonly idempotent?: boolean;
  readonly method?: string;
  /** Every other option of the platform: `data`, `dataType`, `filePath`, `enableChunked`, … */
  readonly [option: string]: unknown;
}

/** The platform's task of a call; where a call is repeated, the task of the running try. */
export interface CallTask {
  abort(): void;
  /** Sets a listener by the platform's own name, such as `onChunkReceived`. */
  listen(name: string, listener: (event: never) => void): void;
}

export interface Calls {
  /** Rejects with a HufuClientError; an answer of the business, whatever its status, resolves. */
  start(kind: CallKind, options: CallOptions): { readonly answer: Promise<PlatformAnswer>; readonly task: CallTask };
}

export interface CallsParts extends StepUpParts {
  readonly runtime: Runtime;
  readonly slots: Slots;
  readonly clock: ServerClock;
  readonly addressOf: (url: string) => CallAddress;
  readonly timeout: number;
  readonly log: DebugLog;
  readonly stepUp: StepUp | undefined;
}

/** How many tokens that another runtime has stored may be tried. */
const RENEWALS_MOST = 3;
/** How often a call is repeated over a bad network, or while a guard asks to wait: about half a minute. */
const REPEATS_MOST = 7;
/** How often a 503 of the business itself is repeated, before its caller should see it. */
const BUSINESS_REPEATS_MOST = 2;
/** The client's own clock ends a call so much later than the platform's, whose error says more. */
const LATE_MS = 5000;
/** While data arrives, only the client's own clock ends a call. */
const STREAM_MS = 600_000;

export function createCalls(parts: CallsParts): Calls {
  const { refusedTokens } = parts.session;
  const { runtime, session, slots, clock, waiting, addressOf, timeout: defaultTimeout, log, stepUp } = parts;

  return {
    start(kind, options) {
      const { url, tokenFor, unclear } = addressOf(options.url);
      const auth: AuthNeed = tokenFor === undefined ? "none" : options.auth || "required";
      const method = (options.method || "GET").toUpperCase();
      const repeatable = options.idempotent === true || (kind !== "upload" && (method === "GET" || method === "HEAD"));
      const isChunked = options["enableChunked"] === true;
      const isStream = isChunked || kind !== "request";
      const lateMs = isStream ? 0 : LATE_MS;
      const timeout = options.timeout || defaultTimeout;
      const listeners = createCallListeners(kind, isChunked, () => deadline.renew(), runtime.print);
      let deadline: Deadline;
      let current: PlatformTry | undefined;
      let heard: HeardTry | undefined;
      let lastError: HufuClientError | undefined;
      let stop: (error: HufuClientError) => void;

      async function send(token: string | undefined): Promise<PlatformAnswer> {
        const own: Record<string, unknown> = {
          url,
          method,
          header: token === undefined ? options.header || {} : Object.assign({}, options.header, bearer(token)),
          timeout: isStream ? STREAM_MS : Math.max(Math.min(timeout, 1000), Math.round(deadline.left() - lateMs)),
          complete: undefined,
        };
        // A token must not follow a redirect to another server. DevTools adds a parameter to the URL for it.
        if (token && kind === "request" && runtime.app.deviceType !== "devtools") {
          own["redirect"] = "manual";
        }
        current = startTry(runtime, slots, (success, fail) => {
          const task = runtime.start(kind, Object.assign({}, options, own, { success, fail }) as never);
          heard = listeners.hear(task);
          return () => task?.abort();
        });
        const given = await current.answer;
        const answer = readPlatformAnswer(given);
        if (!answer) throw given;
        const header = heard?.header();
        return header && Object.keys(answer.header).length === 0 ? Object.assign(answer, { header }) : answer;
      }

      async function run(): Promise<PlatformAnswer> {
        let token = auth === "none" ? undefined : session.ready() || (await session.token(auth, 0, deadline.left));
        let renewals = RENEWALS_MOST;
        for (let failures = 0; ; failures += 1) {
          let wait: number;
          let error: HufuClientError;
          const turn = slots.take();
          if (turn) await turn;
          if (deadline.isOver()) {
            slots.give();
            throw lastError;
          }
          try {
            const answer = await send(token);
            session.contact();
            if (!tokenFor || auth === "none") return answer;
            if (clock.isDue()) clock.learn(headerOf(answer.header, "date"));
            const verdict = judgeAnswer(answer);
            if (verdict.does !== "renew" && renewals < RENEWALS_MOST) refusedTokens.cured(tokenFor);
            if (verdict.does === "give") return answer;
            error = verdict.error;
            log(`${method} ${url}:`, error.reason);
            if (verdict.does !== "wait") {
              if (!token) throw error;
              if (verdict.does === "fail") {
                if (!stepUp) throw error;
                token = await stepUp(parts, error, answer, token, deadline);
              } else {
                if (renewals === 0) throw refusedTokens.uncured(tokenFor, token, error);
                refusedTokens.check(tokenFor);
                const { access, found } = await session.renewed(token, auth, deadline.left);
                // One refresh for one call; a token that another runtime has stored does not count as one.
                renewals = found ? renewals - 1 : 0;
                token = access;
              }
              heard?.end();
              continue;
            }
            if (!verdict.untouched && (!repeatable || failures >= BUSINESS_REPEATS_MOST)) return answer;
            wait = (error.retryAfter || 0) * 1000 + waiting.backoff(failures);
            if (failures >= REPEATS_MOST || wait >= deadline.left() - lateMs) {
              if (verdict.untouched) throw error;
              // The business itself says 503: after the last try its answer is the caller's to read.
              return answer;
            }
          } catch (caught) {
            if (caught instanceof HufuClientError) throw caught;
            const failure = readPlatformFailure(caught);
            error = failure.error;
            log(`${method} ${url}:`, error.reason);
            // The listeners have heard the beginning, and must not hear it again.
            if (failure.retry && heard?.isDelivered()) {
              throw new HufuClientError("offline", "interrupted", { errMsg: error.errMsg || "" });
            }
            wait = waiting.backoff(failures);
            if (!failure.retry || !repeatable || failures >= REPEATS_MOST) throw error;
          }
          heard?.end();
          lastError = error;
          await waiting.pause(wait, error.kind === "offline");
          if (deadline.isOver()) throw error;
        }
      }

      const answer = new Promise<PlatformAnswer>((resolve, reject) => {
        stop = reject;
        deadline = waiting.deadline(timeout + lateMs, () => {
          end(lastError || new HufuClientError("offline", "timeout"));
        });
        if (unclear && options.auth !== "none") {
          const message = `"${url}": write it plainly, or set auth: "none"`;
          return end(new HufuClientError("bug", "call_invalid", { message }));
        }
        run().then(
          (value) => {
            if (deadline.isOver()) return;
            deadline.cancel();
            heard?.deliver();
            heard?.end();
            resolve(value);
          },
          (error) => end(error),
        );
      });
      return {
        answer,
        task: {
          abort: () => end(new HufuClientError("offline", "aborted")),
          listen: listeners.listen,
        },
      };

      function end(error: HufuClientError): void {
        deadline.cancel();
        heard?.end();
        stop(error);
        current?.abort();
      }
    },
  };
}

function bearer(token: string): { readonly Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}
