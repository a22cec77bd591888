import { type Client, createClientOn } from "./create-client.ts";
import type { ClientOptions } from "./options.ts";
import type { Wx } from "./runtime/wx.ts";
import { createWxRuntime } from "./runtime/wx-runtime.ts";

export type { CallOptions } from "./calls/calls.ts";
export type { StepUp } from "./calls/step-up-challenge.ts";
export type { Answer, AuthorizationOptions, Call, Client, MoreOptions } from "./create-client.ts";
export type { ClientEvents } from "./events.ts";
export type { FailureKind } from "./failure.ts";
export { HufuClientError } from "./failure.ts";
export type { ClientOptions, PerEnvironment } from "./options.ts";
export type { AuthNeed, SessionState, SignInMode } from "./session/session.ts";
export type { LoginOptions } from "./session/sign-in.ts";
export type { SessionUser } from "./session/stored-session.ts";

declare const wx: Wx;

/**
 * Silent sign-in for WeChat mini programs.
 *
 * @example
 * const hufu = createClient({ baseURL: "https://api.example.com" });
 * const { data } = await hufu.get("/orders");
 * @throws TypeError that names the wrong option
 */
export function createClient(options: ClientOptions): Client {
  return createClientOn(createWxRuntime(wx), options, Math.random);
}
