import { type CallOptions, createCalls } from "./calls.ts";
import { createTell } from "./debug.ts";
import { type ClientEvents, createEvents } from "./events.ts";
import { createKeeper } from "./keeper.ts";
import { type ClientOptions, resolveOptions } from "./options.ts";
import { createPatience } from "./patience.ts";
import type { CallKind, PlatformAnswer, Runtime } from "./runtime.ts";
import { createServerClock } from "./server-clock.ts";
import { createSession, type LoginOptions, type SessionState } from "./session.ts";
import { createSlots } from "./slots.ts";
import { createTokenAddresses } from "./token-address.ts";
import { createTokenEndpoint } from "./token-endpoint.ts";

/** What the back end answered, as `wx.request` gives it. */
export interface Answer<Data = unknown> {
  readonly data: Data;
  readonly statusCode: number;
  readonly header: Readonly<Record<string, string>>;
  /** Of a download: where the file lies. */
  readonly tempFilePath?: string;
}

/** A promise of the answer, and the platform's task. */
export interface Call<Data = unknown> extends Promise<Answer<Data>> {
  /** Ends it; the promise rejects with reason `aborted`. */
  abort(): void;
  onHeadersReceived(listener: (event: { readonly header: Readonly<Record<string, string>> }) => void): void;
  onChunkReceived(listener: (event: { readonly data: ArrayBuffer }) => void): void;
  onProgressUpdate(listener: (event: { readonly progress: number }) => void): void;
}

/** A call by method: what is left of `CallOptions`. */
export type MoreOptions = Partial<Omit<CallOptions, "url" | "method" | "data">>;

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
   * The value for an `Authorization` header, for WebSockets and other libraries; `undefined` for a guest where `auth` is
   * `optional`. `minLife`: how many ms the token should still live; at most half its life.
   */
  authorization(options?: {
    readonly minLife?: number;
    readonly auth?: "required" | "optional";
  }): Promise<string | undefined>;
  /** Signs in because the user asked to, also after a sign-out or a kick. */
  login(options?: LoginOptions): Promise<SessionState>;
  /** Signs out; the server is told as soon as it can be reached. Signed out it stays until `login()`. */
  logout(): Promise<void>;
  /** What is known without asking the server. */
  session(): Promise<SessionState>;
  /** Answers how to stop listening. @throws TypeError for an event that does not exist */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void;
}

/**
 * The client on any platform.
 * @param seeded 0 ≤ x < 1, for waits that should not all end at once
 * @throws TypeError that names the option, for whatever makes no sense
 */
export function createClientOn(runtime: Runtime, options: ClientOptions, seeded: () => number): Client {
  const { place } = runtime;
  const resolved = resolveOptions(options, place.environment);
  const { baseURL, issuer, timeout, signIn } = resolved;
  const clientId = options.clientId || place.appId;
  if (clientId === "") throw new TypeError("@hufu/client: clientId: the platform does not tell the appid; name it");
  const mayHaveToken = createTokenAddresses([baseURL].concat(resolved.origins));
  createTokenAddresses([issuer]);

  const tell = createTell(runtime, resolved.debug);
  const events = createEvents((fault) => runtime.print(`[hufu] a listener failed: ${String(fault)}`));
  const clock = createServerClock(runtime.now);
  const patience = createPatience(runtime, seeded);
  const endpoint = createTokenEndpoint({ runtime, issuer, clientId, clock, patience, tell });
  const session = createSession({
    runtime,
    // Versions of one mini program share the platform's storage, and must not share a session.
    keeper: createKeeper(runtime, patience, `hufu:${issuer}:${clientId}:${place.environment}`),
    endpoint,
    clock,
    patience,
    events,
    tell,
    mode: signIn,
    // Ended before those who wait for it end, a sign-in tells them why.
    patienceMs: timeout * 0.9,
  });
  const calls = createCalls({
    runtime,
    session,
    slots: createSlots(),
    clock,
    patience,
    mayHaveToken,
    baseURL,
    timeout,
    tell,
  });

  function start<Data>(kind: CallKind, asked: CallOptions): Call<Data> {
    const { success, fail, complete } = asked;
    const { answer, task } = calls.start(kind, asked);
    const given = answer as Promise<Answer<Data> & PlatformAnswer>;
    if (success || fail || complete) {
      // In the platform's own style; whoever passes callbacks does not look at the promise.
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

  if (signIn === "launch" && !place.isPreview) {
    session.token("required", 0, runtime.now() + timeout).catch((error) => tell("sign-in at launch:", String(error)));
  }

  return Object.freeze({
    request: <Data>(asked: CallOptions) => start<Data>("request", asked),
    get: by("GET"),
    post: by("POST"),
    put: by("PUT"),
    delete: by("DELETE"),
    upload: <Data>(asked: CallOptions) => start<Data>("upload", asked),
    download: (asked: CallOptions) => start<unknown>("download", asked),
    async authorization({ minLife = 0, auth = "required" }: { minLife?: number; auth?: "required" | "optional" } = {}) {
      const token = await session.token(auth, minLife, runtime.now() + timeout);
      return token === undefined ? undefined : `Bearer ${token}`;
    },
    login: (asked: LoginOptions = {}) => session.login(asked),
    logout: session.logout,
    session: session.state,
    on: events.on,
  });
}

function callAll(value: unknown, ...callbacks: readonly unknown[]): void {
  for (const callback of callbacks) if (typeof callback === "function") callback(value);
}
