import { createCallAddresses } from "./calls/call-address.ts";
import { type CallOptions, createCalls } from "./calls/calls.ts";
import { createSlots } from "./calls/slots.ts";
import { createDebugLog } from "./debug-log.ts";
import { type ClientEvents, createEvents } from "./events.ts";
import { HufuClientError } from "./failure.ts";
import { type ClientOptions, resolveOptions, wrong } from "./options.ts";
import { createRandomId } from "./runtime/random-id.ts";
import type { CallKind, PlatformAnswer, Runtime } from "./runtime/runtime.ts";
import { createWaiting } from "./runtime/waiting.ts";
import { type AuthNeed, createSession, type SessionState } from "./session/session.ts";
import { createSessionStorage } from "./session/session-storage.ts";
import type { LoginOptions } from "./session/sign-in.ts";
import { createServerClock } from "./token-endpoint/server-clock.ts";
import { createTokenEndpoint } from "./token-endpoint/token-endpoint.ts";

/** The back end's answer, as `wx.request` gives it. */
export interface Answer<Data = unknown> {
  readonly data: Data;
  readonly statusCode: number;
  readonly header: Readonly<Record<string, string>>;
  /** Of a download: the path of the file. */
  readonly tempFilePath?: string;
}

/** A promise of the answer, with the methods of the platform's task. Listeners hear the final try only. */
export interface Call<Data = unknown> extends Promise<Answer<Data>> {
  /** Ends the call; the promise rejects with reason `aborted`. */
  abort(): void;
  onHeadersReceived(listener: (event: { readonly header: Readonly<Record<string, string>> }) => void): void;
  onChunkReceived(listener: (event: { readonly data: ArrayBuffer }) => void): void;
  /** Starts over where an upload or download is repeated. */
  onProgressUpdate(listener: (event: { readonly progress: number }) => void): void;
}

/** The rest of `CallOptions` for `get`, `post`, `put` and `delete`. */
export type MoreOptions = Partial<Omit<CallOptions, "url" | "method" | "data">>;

/** Options of `authorization`. */
export interface AuthorizationOptions {
  /** Milliseconds that the token should still live; at most half its life. */
  readonly minLife?: number;
  readonly auth?: AuthNeed;
  /** A header or token that a server has refused as expired, stale or revoked: another one is returned. */
  readonly refused?: string;
}

/** Sign-in and calls of one mini program. Frozen. */
export interface Client {
  /**
   * `wx.request` with the user's token. An answer of the business resolves whatever its status is; what Hufu refuses, and
   * what never arrived, rejects with a `HufuClientError`.
   */
  request<Data = unknown>(options: CallOptions): Call<Data>;
  get<Data = unknown>(url: string, data?: object, options?: MoreOptions): Call<Data>;
  post<Data = unknown>(url: string, data?: unknown, options?: MoreOptions): Call<Data>;
  put<Data = unknown>(url: string, data?: unknown, options?: MoreOptions): Call<Data>;
  delete<Data = unknown>(url: string, data?: unknown, options?: MoreOptions): Call<Data>;
  /** `wx.uploadFile`; the answer's `data` is a text. */
  upload<Data = string>(options: CallOptions): Call<Data>;
  /** `wx.downloadFile`. What a guard refuses is not taken for the file. */
  download(options: CallOptions): Call;
  /**
   * The value for an `Authorization` header, for WebSockets and other request libraries; `undefined` for a guest where
   * `auth` is `optional`. After a refusal pass it as `refused`.
   */
  authorization(options?: AuthorizationOptions): Promise<string | undefined>;
  /** Signs in because the user asked for it, also after a sign-out or a kick. */
  login(options?: LoginOptions): Promise<SessionState>;
  /** Signs out, and tells the server as soon as it can be reached. Only `login()` signs in again. */
  logout(): Promise<void>;
  /** What is known without asking the server; while nobody is signed in, it waits for a sign-in that is running. */
  session(): Promise<SessionState>;
  /** Resolves when the sign-in at launch and every running sign-in or refresh has ended. Never rejects. */
  ready(): Promise<SessionState>;
  /** Returns how to stop listening. @throws TypeError for an unknown event */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void;
}

/** A sign-in or refresh takes so long at most, even if calls may take longer. */
const PATIENCE_MS = 27_000;
/** A refused token of `authorization` may be a good one that grew stale at once, so more of them are allowed in a row. */
const REFUSED_MOST = 10;

/**
 * The client on any platform.
 * @param chance 0 ≤ x < 1, so that many devices do not repeat at the same moment
 * @throws TypeError that names the wrong option
 */
export function createClientOn(platform: Runtime, options: ClientOptions, chance: () => number): Client {
  const { app } = platform;
  const resolved = resolveOptions(options, app.environment);
  const { baseURL, issuer, timeout, signIn } = resolved;
  const clientId = options.clientId || app.appId;
  if (clientId === "") throw wrong("clientId", "the platform gives none; set it");
  const addressOf = createCallAddresses([baseURL].concat(resolved.origins, issuer));

  // Versions of one mini program share the platform's storage, and must not share a session.
  const name = `hufu:${issuer}:${clientId}:${app.environment}`;
  const runtime = options.proof ? options.proof.on(platform, issuer, name) : platform;
  const log = createDebugLog(runtime, resolved.debug);
  const events = createEvents(runtime.print);
  const clock = createServerClock(runtime.now);
  const waiting = createWaiting(runtime, chance);
  const randomId = createRandomId(runtime, waiting, chance);
  const endpoint = createTokenEndpoint({ runtime, issuer, clientId, clock, waiting, log });
  const storage = createSessionStorage(runtime, waiting, randomId, name);
  const session = createSession({
    runtime,
    storage,
    endpoint,
    clock,
    waiting,
    events,
    randomId,
    log,
    mode: signIn,
    // It ends before the calls that wait for it, so that they learn why.
    patienceMs: Math.min(timeout * 0.9, PATIENCE_MS),
  });
  const calls = createCalls({
    ...{ runtime, session, slots: createSlots(), clock, waiting, addressOf, timeout, log, issuer },
    ...{ stepUp: options.stepUp, ask: start },
  });

  function start<Data>(kind: CallKind, asked: CallOptions): Call<Data> {
    const { success, fail, complete } = asked;
    const { answer, task } = calls.start(kind, asked);
    const given = answer as Promise<Answer<Data> & PlatformAnswer>;
    if (success || fail || complete) {
      // In the platform's own style; who passes callbacks does not use the promise.
      given.then(
        (value) => callAll(value, success, complete),
        (error) => callAll(error, fail, complete),
      );
    }
    return Object.assign(given, {
      abort: task.abort,
      onHeadersReceived: (listener: (event: never) => void) => task.listen("onHeadersReceived", listener),
      onChunkReceived: (listener: (event: never) => void) => task.listen("onChunkReceived", listener),
      onProgressUpdate: (listener: (event: never) => void) => task.listen("onProgressUpdate", listener),
    });
  }
  function by(method: string) {
    return <Data>(url: string, data?: unknown, more?: MoreOptions): Call<Data> =>
      start<Data>("request", Object.assign({}, more, { url, method, data }));
  }

  /** A token for outside of the client's own calls. */
  async function authorization(asked: AuthorizationOptions = {}): Promise<string | undefined> {
    const { minLife = 0, auth = "required", refused } = asked;
    const found = refused ? replaced(refused.replace(/^bearer /i, ""), auth) : session.token(auth, minLife, forNow);
    const access = await waiting.within(timeout, found, () => new HufuClientError("offline", "timeout"));
    return access && `Bearer ${access}`;
  }
  async function replaced(refused: string, auth: AuthNeed): Promise<string | undefined> {
    const { refusedTokens } = session;
    refusedTokens.check("");
    const { access } = await session.renewed(refused, auth, forNow);
    refusedTokens.uncured("", refused, new HufuClientError("signed-out", "token_refused"), REFUSED_MOST);
    return access;
  }

  const launch =
    signIn === "launch" && !app.isPreview
      ? authorization().then(
          () => undefined,
          (error) => log("sign-in at launch:", String(error)),
        )
      : Promise.resolve();
  async function ready(): Promise<SessionState> {
    await launch;
    return session.settled();
  }

  return Object.freeze({
    request: <Data>(asked: CallOptions) => start<Data>("request", asked),
    get: by("GET"),
    post: by("POST"),
    put: by("PUT"),
    delete: by("DELETE"),
    upload: <Data>(asked: CallOptions) => start<Data>("upload", asked),
    download: (asked: CallOptions) => start<unknown>("download", asked),
    authorization,
    login: (asked: LoginOptions = {}) => session.login(asked),
    logout: session.logout,
    async session() {
      const state = await session.state();
      return state.signedIn || state.ended !== null ? state : ready();
    },
    ready,
    on: events.on,
  });
}

/** Time for the flight that runs, and for no other. */
function forNow(): number {
  return 1;
}

function callAll(value: unknown, ...callbacks: readonly unknown[]): void {
  for (const callback of callbacks) if (typeof callback === "function") callback(value);
}
