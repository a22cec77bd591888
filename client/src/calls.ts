import type { Tell } from "./debug.ts";
import { HufuClientError } from "./failure.ts";
import { judgeAnswer } from "./guard-answer.ts";
import type { Patience } from "./patience.ts";
import { readPlatformFailure } from "./platform-failure.ts";
import type { CallKind, PlatformAnswer, PlatformTask, Runtime } from "./runtime.ts";
import type { ServerClock } from "./server-clock.ts";
import type { AuthNeed, Session } from "./session.ts";
import type { Slots } from "./slots.ts";
import type { MayHaveToken } from "./token-address.ts";
import { headerOf } from "./token-verdict.ts";

/** A call as the platform takes it, and what the client wants to know. */
export interface CallOptions {
  /** Absolute, or below `baseURL`. */
  readonly url: string;
  readonly header?: Readonly<Record<string, string>>;
  /** Milliseconds for everything: sign-in, waiting for a slot, repeats. Default: the client's. */
  readonly timeout?: number;
  /** Default `required` below `baseURL` and `origins`; elsewhere no token ever goes along. */
  readonly auth?: AuthNeed;
  /** May this be repeated although the server may have carried it out? Default: only GET and HEAD. */
  readonly idempotent?: boolean;
  readonly method?: string;
  /** Whatever else the platform knows: `data`, `dataType`, `filePath`, `enableChunked`, … */
  readonly [option: string]: unknown;
}

/** The platform's task behind a call; where a call is repeated, of whichever try is under way. */
export interface CallTask {
  abort(): void;
  /** Sets a listener by the platform's own name, such as `onChunkReceived`. */
  listen(name: string, listener: (event: never) => void): void;
}

export interface Calls {
  /** Rejects with a HufuClientError; an answer of the business, whatever its status, resolves. */
  start(kind: CallKind, options: CallOptions): { readonly answer: Promise<PlatformAnswer>; readonly task: CallTask };
}

export interface CallsParts {
  readonly runtime: Runtime;
  readonly session: Session;
  readonly slots: Slots;
  readonly clock: ServerClock;
  readonly patience: Patience;
  readonly mayHaveToken: MayHaveToken;
  readonly baseURL: string;
  readonly timeout: number;
  readonly tell: Tell;
}

/** How many tokens that others have left may be tried. */
const RENEWALS_MOST = 3;
/** The business's own "not now" is worth a few more tries, and then the caller should see it. */
const REPEATS_MOST = 2;
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i;

export function createCalls(parts: CallsParts): Calls {
  const { runtime, session, slots, clock, patience, mayHaveToken, baseURL, timeout, tell } = parts;

  function addressOf(url: string): string {
    if (ABSOLUTE.test(url) || url.slice(0, 2) === "//") return url;
    return `${baseURL}${url.charAt(0) === "/" || url === "" ? "" : "/"}${url}`;
  }

  return {
    start(kind, options) {
      const until = runtime.now() + (options.timeout || timeout);
      const url = addressOf(options.url);
      const auth: AuthNeed = mayHaveToken(url) ? options.auth || "required" : "none";
      const method = (options.method || "GET").toUpperCase();
      const repeatable = options.idempotent === true || (kind !== "upload" && (method === "GET" || method === "HEAD"));
      const listeners: { readonly name: string; readonly call: (event: never) => void }[] = [];
      let task: PlatformTask | undefined;
      let stop: (error: HufuClientError) => void;
      let stopped: HufuClientError | undefined;

      function attach(name: string, call: (event: never) => void): void {
        const on: unknown = task && Reflect.get(task, name);
        if (typeof on === "function") on.call(task, call);
      }

      /** Leaves its slot as soon as the platform has answered. */
      function send(token: string | undefined): Promise<PlatformAnswer> {
        return new Promise((resolve, reject) => {
          const fail = (failure: unknown): void => {
            slots.give();
            reject(failure);
          };
          let received: Readonly<Record<string, string>> | undefined;
          const own = {
            url,
            method,
            header: token === undefined ? options.header || {} : Object.assign({}, options.header, bearer(token)),
            timeout: Math.max(1, until - runtime.now()),
            // A token must not follow a redirect to wherever it leads.
            redirect: token === undefined ? options["redirect"] : "manual",
            success: (answer: PlatformAnswer) => {
              slots.give();
              resolve(answer.header === undefined ? Object.assign({}, answer, { header: received }) : answer);
            },
            fail,
            complete: undefined,
          };
          try {
            task = runtime.start(kind, Object.assign({}, options, own));
          } catch (error) {
            fail(error);
          }
          // Uploads and downloads tell their headers only in this way.
          if (kind !== "request") {
            attach("onHeadersReceived", ((event: { header?: Readonly<Record<string, string>> }) => {
              received = event.header;
            }) as (event: never) => void);
          }
          for (const { name, call } of listeners) attach(name, call);
        });
      }

      async function run(): Promise<PlatformAnswer> {
        let token = auth === "none" ? undefined : session.ready() || (await session.token(auth, 0, until));
        let renewals = RENEWALS_MOST;
        for (let failures = 0; ; failures += 1) {
          let wait: number;
          let error: HufuClientError;
          const turn = slots.take();
          if (turn !== undefined) await turn;
          if (stopped !== undefined) {
            slots.give();
            throw stopped;
          }
          try {
            const answer = await send(token);
            if (auth === "none") return answer;
            if (clock.isDue()) clock.learn(headerOf(answer, "date"));
            if (answer.statusCode < 400) return answer;
            const verdict = judgeAnswer(answer);
            if (verdict.does === "give") return answer;
            error = verdict.error;
            tell(`${method} ${url}:`, error.reason);
            if (verdict.does === "fail") throw error;
            if (verdict.does === "renew") {
              if (renewals === 0 || token === undefined) throw error;
              const { access, found } = await session.renewed(token, auth, until);
              // One refresh for one call; a token that was found somewhere is none.
              renewals = found ? renewals - 1 : 0;
              token = access;
              continue;
            }
            if (!verdict.untouched && (!repeatable || failures >= REPEATS_MOST)) return answer;
            wait = (error.retryAfter || 0) * 1000 + patience.backoff(failures);
            // The business itself says 503: after the last try its answer is the caller's to read.
            if (runtime.now() + wait >= until && !verdict.untouched) return answer;
          } catch (caught) {
            if (stopped !== undefined) throw stopped;
            // What a platform rejects with is a plain object.
            if (caught instanceof Error) throw caught;
            const failure = readPlatformFailure(caught as { errMsg: string });
            error = failure.error;
            tell(`${method} ${url}:`, error.reason);
            if (!failure.retry || !repeatable) throw error;
            wait = patience.backoff(failures);
          }
          if (runtime.now() + wait >= until) throw error;
          await patience.pause(wait, error.kind === "offline");
          if (stopped !== undefined) throw stopped;
        }
      }

      const answer = new Promise<PlatformAnswer>((resolve, reject) => {
        stop = reject;
        const cancel = patience.watch(until + LATE_MS, () => abort("timeout"));
        run().then(
          (value) => {
            cancel();
            resolve(value);
          },
          (error) => {
            cancel();
            reject(error);
          },
        );
      });
      return {
        answer,
        task: {
          abort: () => abort("aborted"),
          listen(name, call) {
            listeners.push({ name, call });
            attach(name, call);
          },
        },
      };

      function abort(reason: string): void {
        stopped = new HufuClientError("offline", reason);
        if (task !== undefined) task.abort();
        stop(stopped);
      }
    },
  };
}

function bearer(token: string): { readonly Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}

/** The platform's own time-out comes first, and says more. */
const LATE_MS = 1000;
