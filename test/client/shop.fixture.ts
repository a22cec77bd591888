import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SimulatedPhone, SimulatedPhoneOptions } from "@hufu/simulator";
import { createSimulatedPhone, createSimulatedWeChat } from "@hufu/simulator";
import type { Client, ClientOptions, StepUp } from "../../client/src/index.ts";
import type { Proof } from "../../client/src/proof.ts";
import type { RequestMac, RequestMacOptions } from "../../client/src/request-mac.ts";
import type { StepUpOptions } from "../../client/src/step-up.ts";
import { HufuError } from "../../server/src/core/errors/errors.ts";
import type { Clock } from "../../server/src/core/time/clock.ts";
import { macHeader, proofHeader } from "../../server/src/http/authentication/credentials-in-request.ts";
import { createNodeListener } from "../../server/src/http/create-node-listener.ts";
import { guardRefusal } from "../../server/src/http/errors/wire-error.ts";
import { sendAnswer } from "../../server/src/http/messages/send-answer.ts";
import { createHufu } from "../../server/src/hufu/create-hufu.ts";
import type { Hufu } from "../../server/src/hufu/hufu.ts";
import type { HufuOptions } from "../../server/src/hufu/options/options.ts";
import type { PresentedProof } from "../../server/src/verify/verifier.ts";
import { buildForMiniPrograms } from "../../tools/build-client.ts";
import { secretNamed } from "../stack/stack.fixture.ts";

const APP = "wx-shop";
export const ORIGIN = "https://api.example.com";

/** What a test may do to a request before anybody answers it; `true` = it has been answered. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** A back end with Hufu, for phones that run the built client. */
export interface Shop {
  readonly hufu: Hufu;
  /** Looked at before every request. */
  intercept: Interception | undefined;
  /** Business requests that reached the handler, and what came with them. */
  readonly handled: {
    readonly method: string;
    readonly url: string;
    readonly body: string;
    readonly user: string | undefined;
  }[];
  /** Form bodies that reached the token endpoint. */
  readonly tokenCalls: URLSearchParams[];
  phone(options?: Partial<SimulatedPhoneOptions>): SimulatedPhone;
  /** Runs the built client on a phone; again after a restart it is a new run on the same storage. */
  client(phone: SimulatedPhone, options?: Partial<ClientOptions>, promises?: "macrotask"): Client;
  /** The same with a proof of possession and step-up; on an old engine without BigInt, and with promises as iOS up to 15 has them. */
  boundClient(
    phone: SimulatedPhone,
    options?: Partial<ClientOptions>,
    engine?: "old engine",
  ): Client & { readonly proof: Proof };
  /** The same with `@hufu/client/step-up`. */
  clientWithStepUp(phone: SimulatedPhone, options?: Partial<ClientOptions>, how?: StepUpOptions): Client;
  /** The same with `@hufu/client/request-mac`; with `bound` also with a proof of possession. */
  signingClient(phone: SimulatedPhone, mac?: RequestMacOptions, options?: Partial<ClientOptions>): Client;
  /** Gives this user a newer key for request MACs. */
  rotateUserKey(user: string): void;
  /** How often this path of the platform was called. */
  platformCalls(path: string): number;
  /** As the platform names this user. */
  openid(user: string): string;
  /** Time passes for the server and for every phone so far, without waiting. */
  pass(ms: number): void;
  /** The database. */
  readonly file: string;
  /** Where the built client lies. */
  readonly built: string;
}

export interface ShopOptions extends Partial<Omit<HufuOptions, "database" | "apps" | "issuer" | "secret">> {
  /** How fast time passes for server and phones. Default 1. */
  readonly speed?: number;
  /** For `boundClient`; the same in all tests of a file. Default `false`. */
  readonly bound?: boolean;
}

/** Below `/fresh` the authentication may be so old, in seconds. */
export const FRESH_S = 300;
const ROLES = { member: ["order:read:own", "order:create"], admin: ["order:read:all"] };

/** For a call that shall not fail because this machine is slow while time runs fast. */
export const PATIENT = { timeout: 3_600_000 } as const;

let building: Promise<string> | undefined;

/** Builds the client, once for all tests of a file. The proof file takes a second, so only where it is used. */
function buildOnce(bound: boolean): Promise<string> {
  building ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), "hufu-client-"));
    process.on("exit", () => rmSync(folder, { recursive: true }));
    await buildForMiniPrograms(folder, bound ? ["index", "step-up", "proof", "request-mac"] : ["index", "step-up"]);
    writeFileSync(join(folder, "old-engine.js"), "delete globalThis.BigInt;\n");
    return folder;
  })();
  return building;
}

/** Starts a shop that ends with the test. */
export async function openShop(
  t: { after(close: () => unknown): void },
  { speed = 1, bound = false, ...options }: ShopOptions = {},
): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), "hufu-shop-"));
  const file = join(folder, "hufu.db");
  const built = await buildOnce(bound);
  const startedAt = Date.now();
  let passed = 0;
  const monotonic = (): number => performance.now() * speed + passed;
  const begun = monotonic();
  const clock: Clock = { monotonic, now: () => Math.round(startedAt + monotonic() - begun) };
  const wechat = createSimulatedWeChat({
    apps: [{ appId: APP, appSecret: "simulated" }],
    loginsPerMinute: Number.POSITIVE_INFINITY,
    clock,
  });
  const platform = await wechat.listen();
  const phones: SimulatedPhone[] = [];

  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const hufu = await createHufu({
    issuer: `${url}/auth`,
    audience: ORIGIN,
    secret: secretNamed("shop"),
    roles: ROLES,
    defaultRoles: ["member"],
    rolesFrom: "hufu",
    database: `sqlite:${file}`,
    apps: [{ appId: APP, appSecret: "simulated", endpoint: platform.url }],
    environment: { clock },
    // Hours pass here between two readings of the database.
    guards: { outOfTouch: "accept", publicUrl: ORIGIN },
    ...options,
  });
  const answerHufu = createNodeListener(hufu);

  const shop: Shop = {
    hufu,
    intercept: undefined,
    handled: [],
    tokenCalls: [],
    built,
    file,
    openid: (user) => wechat.openid({ user }),
    rotateUserKey: (user) => void wechat.rotateUserKey({ user }),
    platformCalls: (path) => wechat.counters().calls[path] ?? 0,
    pass(ms) {
      passed += ms;
    },
    phone(more = {}) {
      const phone = createSimulatedPhone({
        appId: APP,
        wechat,
        user: `user-${phones.length}`,
        speed,
        // Time that passes counts for the phone's quota of logins too; a clock that is set would not.
        clock,
        hosts: { [ORIGIN]: url, "*": url },
        ...more,
      });
      phones.push(phone);
      return phone;
    },
    client(phone, more = {}, promises) {
      const environment = phone.environment({ root: built, promises });
      const { createClient } = environment.require("index.js") as { createClient(options: ClientOptions): Client };
      return createClient({ baseURL: ORIGIN, ...more });
    },
    boundClient(phone, more = {}, engine) {
      const environment = phone.environment({ root: built, promises: engine ? "macrotask" : "microtask" });
      if (engine === "old engine") environment.require("old-engine.js");
      const { createClient } = environment.require("index.js") as { createClient(options: ClientOptions): Client };
      const proof = (environment.require("proof.js") as { createProof(): Proof }).createProof();
      const { stepUp } = environment.require("step-up.js") as { stepUp(): StepUp };
      const parts = { issuer: hufu.issuer, proof, stepUp: stepUp() };
      return { ...createClient({ baseURL: ORIGIN, ...parts, ...more }), proof };
    },
    signingClient(phone, mac = {}, more = {}) {
      const environment = phone.environment({ root: built });
      const { createClient } = environment.require("index.js") as { createClient(options: ClientOptions): Client };
      const { createRequestMac } = environment.require("request-mac.js") as {
        createRequestMac(options: RequestMacOptions): RequestMac;
      };
      const { createProof } = environment.require("proof.js") as { createProof(): Proof };
      const proof = createRequestMac(mac.proof === undefined ? mac : { ...mac, proof: createProof() });
      return createClient({ baseURL: ORIGIN, issuer: hufu.issuer, ...more, proof });
    },
    clientWithStepUp(phone, more = {}, how = {}) {
      const environment = phone.environment({ root: built });
      const { createClient } = environment.require("index.js") as { createClient(options: ClientOptions): Client };
      const { stepUp } = environment.require("step-up.js") as { stepUp(options: StepUpOptions): StepUp };
      return createClient({ baseURL: ORIGIN, stepUp: stepUp(how), ...more });
    },
  };

  server.on("request", async (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader("date", new Date(clock.now()).toUTCString());
    const { url: path = "", method = "" } = request;
    if (path === "/auth/oauth/token") noteTokenCall(request, shop.tokenCalls);
    if ((await shop.intercept?.(request, response)) === true) return;
    if (path.startsWith("/auth/")) {
      answerHufu(request, response);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const body = bytes.toString();
    // Below /paid the proof must name the body as well, and below /signed the request's MAC.
    const presented = (): PresentedProof => ({
      ...{ method, target: path, proof: proofHeader(request), mac: macHeader(request) },
      body: path.startsWith("/paid") || path.startsWith("/signed") ? async () => bytes : undefined,
      offerNonce: (nonce) => response.setHeader("dpop-nonce", nonce),
      offerMacNonce: (nonce) => response.setHeader("hufu-mac-nonce", nonce),
    });
    const { check, checkWithMac = check } = hufu.verifier;
    try {
      // What a guard does, in three lines, and a way in for guests.
      const guest = path.startsWith("/public") && request.headers.authorization === undefined;
      const auth = guest
        ? undefined
        : await (path.startsWith("/signed") ? checkWithMac : check)(request.headers.authorization, presented);
      if (/^\/(bound|paid)/.test(path) && auth?.jkt === undefined) throw new HufuError("proof_missing");
      if (path.startsWith("/all") && auth?.can("order:read:all") !== true) {
        throw new HufuError("permission_denied", { scope: "order:read:all" });
      }
      if (path.startsWith("/fresh")) auth?.requireStepUp({ maxAge: FRESH_S });
      if (path.startsWith("/strong")) auth?.requireStepUp({ acr: "soter" });
      shop.handled.push({ method, url: path, body, user: auth?.sub });
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ url: path, user: auth?.sub ?? null }));
    } catch (error) {
      if (!(error instanceof HufuError)) throw error;
      sendAnswer(response, guardRefusal(error, { requestId: "r-1" }));
    }
  });

  // Phones keep no process alive; the test that waits for one does.
  const alive = setInterval(() => undefined, 1000);
  t.after(async () => {
    clearInterval(alive);
    for (const phone of phones) phone.close();
    server.close();
    server.closeAllConnections();
    await hufu.close();
    await platform.close();
    rmSync(folder, { recursive: true });
  });
  return shop;
}

/** Reads along without taking anything away from who answers. */
function noteTokenCall(request: IncomingMessage, calls: URLSearchParams[]): void {
  const place = calls.push(new URLSearchParams()) - 1;
  const { emit } = request;
  let body = "";
  request.emit = function (this: IncomingMessage, event: string | symbol, ...args: unknown[]): boolean {
    if (event === "data") body += String(args[0]);
    if (event === "data" || event === "end") calls[place] = new URLSearchParams(body);
    return Reflect.apply(emit, this, [event, ...args]);
  } as typeof emit;
}

/** Answers the token endpoint with a refusal as docs/protocol.md §3.5 words it. */
export function refuseTokens(
  status: number,
  error: string,
  reason: string,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly times?: number } = {},
): Interception {
  let left = more.times ?? Number.POSITIVE_INFINITY;
  return (request, response) => {
    if (request.url !== "/auth/oauth/token" || left <= 0) return false;
    left -= 1;
    request.resume();
    response.writeHead(status, { "content-type": "application/json", ...more.headers });
    response.end(JSON.stringify({ error, error_description: "For a test.", reason, request_id: "r-2" }));
    return true;
  };
}

/** What a call rejected with, as `kind reason`. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "no failure";
  } catch (error) {
    const { name, kind, reason } = error as { name: string; kind: string; reason: string };
    return name === "HufuClientError" ? `${kind} ${reason}` : String(error);
  }
}

/** What is stored, as text, under the one key that the client has. */
export function storedText(phone: SimulatedPhone): string {
  const [key] = phone.storage.keys();
  const text = key === undefined ? undefined : phone.storage.read(key, true);
  return typeof text === "string" ? text : "";
}
