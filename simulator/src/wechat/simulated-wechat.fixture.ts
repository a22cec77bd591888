import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { TestContext } from "node:test";
import { createSimulatedWeChat } from "./create-simulated-wechat.ts";
import type { SimulatedWeChat, SimulatedWeChatOptions } from "./simulated-wechat.ts";

/** What came back over HTTP. */
export interface Got {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
  /** The body as an object; empty if it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A simulator on a free port, with a clock that the test moves. */
export interface Bench {
  readonly wechat: SimulatedWeChat;
  readonly url: string;
  readonly slept: number[];
  /** Moves the clock. */
  pass(ms: number): void;
  get(path: string, query?: Readonly<Record<string, string>>, init?: RequestInit): Promise<Got>;
  post(path: string, body: unknown, query?: Readonly<Record<string, string>>): Promise<Got>;
  exchange(code: string, overrides?: Readonly<Record<string, string>>): Promise<Got>;
  /** A stable access token of the app. */
  token(appid?: string): Promise<string>;
}

export const APP = "wx-one";
export const SECRET = "secret-of-one";
export const MINUTE = 60_000;

export const APPS = [
  { appId: APP, appSecret: SECRET, unionAccount: "stack" },
  { appId: "wx-two", appSecret: "secret-of-two", unionAccount: "stack" },
  { appId: "wx-lone", appSecret: "secret-of-lone" },
] as const;

/** Starts a simulator for one test. */
export async function startBench(t: TestContext, options: SimulatedWeChatOptions = {}): Promise<Bench> {
  let now = Date.UTC(2026, 0, 5, 12);
  const slept: number[] = [];
  const wechat = createSimulatedWeChat({
    apps: APPS,
    clock: { now: () => now, monotonic: () => now },
    sleep: async (ms) => void slept.push(ms),
    ...options,
  });
  const { url, close } = await wechat.listen();
  t.after(close);

  async function call(path: string, query: Readonly<Record<string, string>>, init: RequestInit): Promise<Got> {
    const response = await fetch(`${url}${path}?${new URLSearchParams(query)}`, init);
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = {};
    }
    const contentType = response.headers.get("content-type");
    return { status: response.status, contentType, text, json: json as Readonly<Record<string, unknown>> };
  }

  const post: Bench["post"] = (path, body, query = {}) =>
    call(path, query, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });

  return {
    wechat,
    url,
    slept,
    pass: (ms) => {
      now += ms;
    },
    get: (path, query = {}, init = {}) => call(path, query, init),
    post,
    exchange: (code, overrides = {}) => {
      const query = { appid: APP, secret: SECRET, js_code: code, grant_type: "authorization_code", ...overrides };
      return call("/sns/jscode2session", query, {});
    },
    token: async (appid = APP) => {
      const secret = APPS.find(({ appId }) => appId === appid)?.appSecret;
      const got = await post("/cgi-bin/stable_token", { grant_type: "client_credential", appid, secret });
      return textOf(got, "access_token");
    },
  };
}

/** A field that must be text. */
export function textOf(got: Got, field: string): string {
  const value = got.json[field];
  assert.equal(typeof value, "string", `${field} in ${got.text}`);
  return String(value);
}

/** The HMAC of nothing under the session key's base64 text. */
export function signatureOf(sessionKey: string | Buffer): string {
  return createHmac("sha256", sessionKey).update("").digest("hex");
}
