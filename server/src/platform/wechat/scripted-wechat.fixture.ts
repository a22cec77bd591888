import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { Logger } from "../../core/log/log.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { App, Platform, PlatformCache } from "../platform.ts";
import type { PlatformBox } from "./stable-token.ts";
import { createWeChat } from "./wechat.ts";
import type { PlatformFetch } from "./wechat-call.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** One raw reply, in the order of the script. */
export type Reply = (request: IncomingMessage, response: ServerResponse) => void;

/** What jscode2session really sends: status 200 and text/plain, for refusals too. */
export function says(body: unknown, status = 200, type = "text/plain"): Reply {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return (_request, response) => void response.writeHead(status, { "content-type": type }).end(text);
}

export const resets: Reply = (request) => void request.socket.resetAndDestroy();
export const hangs: Reply = () => undefined;

export interface Environment {
  readonly wechat: Platform;
  readonly app: App;
  readonly seen: SeenRequest[];
  readonly logs: {
    readonly level: string;
    readonly fields: Readonly<Record<string, unknown>>;
    readonly message: string;
  }[];
  readonly kept: Map<string, { value: string; ttlMs: number }>;
  /** Every deadline that was made and may be let pass. */
  readonly deadlines: { readonly ms: number; pass(): void }[];
  script(...replies: Reply[]): void;
  /** Resolves once so many requests have arrived in all. */
  arrived(count: number): Promise<void>;
  advance(ms: number): void;
}

export interface EnvironmentOptions {
  readonly cache?: PlatformCache;
  readonly fetch?: PlatformFetch;
  readonly endpoint?: string;
  readonly callsMost?: number;
}

export const SECRET = "app-secret-of-the-tests";

/** WeChat over real HTTP on this machine, playing a script, and a platform that talks to it on an injected clock; closed after the test. */
export async function openEnvironment(t: TestContext, options: EnvironmentOptions = {}): Promise<Environment> {
  const replies: Reply[] = [];
  const seen: SeenRequest[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const logs: Environment["logs"] = [];
  const kept: Environment["kept"] = new Map();
  const deadlines: Environment["deadlines"] = [];
  let now = 1_790_000_000_000;

  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("error", () => undefined);
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://localhost");
      seen.push({
        method: request.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        contentType: request.headers["content-type"],
        body: Buffer.concat(pieces).toString(),
      });
      const reply = replies.shift() ?? says("the script is over", 599);
      reply(request, response);
      for (const each of waiting) if (seen.length >= each.count) each.resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;

  const clock: Clock = { now: () => now, monotonic: () => now };
  const write = (level: string) => (fields: object, message: string) => {
    logs.push({ level, fields: { ...fields }, message });
  };
  const log: Logger = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  const cache: PlatformCache = options.cache ?? {
    recall: async (key) => kept.get(key)?.value,
    remember: async (key, value, ttlMs) => void kept.set(key, { value, ttlMs }),
  };
  const deadline = (ms: number): AbortSignal => {
    const controller = new AbortController();
    deadlines.push({ ms, pass: () => controller.abort() });
    return controller.signal;
  };
  const callsMost = options.callsMost === undefined ? {} : { callsMost: options.callsMost };
  const wechat = createWeChat({
    fetch: options.fetch ?? fetch,
    clock,
    log,
    cache,
    box: plainBox,
    deadline,
    ...callsMost,
  });
  const endpoint = options.endpoint ?? `http://127.0.0.1:${port}`;

  return {
    wechat,
    app: appAt(endpoint),
    seen,
    logs,
    kept,
    deadlines,
    script: (...more) => void replies.push(...more),
    arrived: (count) =>
      new Promise((resolve) => (seen.length >= count ? resolve() : void waiting.push({ count, resolve }))),
    advance: (ms) => {
      now += ms;
    },
  };
}

export function appAt(endpoint: string, appId = "wx-app"): App {
  const platform = "wechat";
  return { id: appId, platform, appId, appSecret: SECRET, endpoint, unionScope: "wechat", requireProof: false };
}

/** Keeps the promise of a box, that nothing opens under another label, but no secret: good enough for one process. */
export const plainBox: PlatformBox = {
  seal: (text, label) => Buffer.from(JSON.stringify([label, text])).toString("base64url"),
  open: (sealed, label) => {
    const [was, text]: [string, string] = JSON.parse(Buffer.from(sealed, "base64url").toString());
    if (was !== label) throw new Error("sealed under another label");
    return Buffer.from(text);
  },
};

/** Everything that an operator could read about an error, as one text. */
export function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack, JSON.stringify(error), everythingIn(error.cause ?? "")].join("\n");
}
