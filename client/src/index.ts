import { type Client, createClientOn } from "./create-client.ts";
import type { ClientOptions } from "./options.ts";
import type { Wx } from "./wx.ts";
import { createWxRuntime } from "./wx-runtime.ts";

export type { CallOptions } from "./calls.ts";
export type { Answer, Call, Client, MoreOptions } from "./create-client.ts";
export type { ClientEvents } from "./events.ts";
export { type FailureKind, HufuClientError } from "./failure.ts";
export type { SessionUser } from "./kept-session.ts";
export type { ClientOptions, PerEnvironment } from "./options.ts";
export type { AuthNeed, LoginOptions, SessionState, SignInMode } from "./session.ts";

declare const wx: Wx;

/**
 * Sign-in that nobody notices, for WeChat mini programs.
 *
 * @example
 * const hufu = createClient({ baseURL: "https://api.example.com" });
 * const { data } = await hufu.get("/orders");
 * @throws TypeError that names the option, for whatever makes no sense
 */
export function createClient(options: ClientOptions): Client {
  return createClientOn(createWxRuntime(wx), options, Math.random);
}
