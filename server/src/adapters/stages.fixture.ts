import { createServer, request as httpRequest, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import express5, { type RequestHandler } from "express";
import { Hono } from "hono";
import { createHttp } from "../http/create-http.ts";
import type { Hufu } from "../hufu/hufu.ts";
import * as forExpress from "./express/index.ts";
import * as forHono from "./hono/index.ts";

export interface Sent {
  readonly method?: string;
  readonly path: string;
  /** Names may come twice. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** An answer that goes on. */
export interface Receiving {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** More of its text, or `undefined` when it has ended. */
  next(): Promise<string | undefined>;
  /** Goes away in the middle of it. */
  leave(): Promise<void>;
}

/** A host with Hufu and a few guarded routes under `/api`, in one framework. */
export interface Stage {
  readonly send: (request: Sent) => Promise<Received>;
  /** A GET whose answer may go on for ever. */
  readonly open: (request: Sent) => Promise<Receiving>;
  readonly close: () => Promise<void>;
}

/** So that what Node refuses by itself, with 431, comes through to us. */
const LARGE_HEADERS = { maxHeaderSize: 131_072 };

/** The types of Express 4 are not installed; what is used of it here is the same. */
const express4: typeof express5 = createRequire(import.meta.url)("express4");

/** The suite wants these of every stage. The issuer is at `/api/auth`. */
export const STARTERS = {
  "Hono, Fetch alone": async (hufu: Hufu): Promise<Stage> => fetchStage(honoHost(hufu)),
  "Hono on node:http": async (hufu: Hufu): Promise<Stage> => {
    const server = serve({ fetch: honoHost(hufu).fetch, serverOptions: LARGE_HEADERS, port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    return nodeStage(server);
  },
  "createHttp on node:http, guards around handlers in Hono": async (hufu: Hufu): Promise<Stage> => {
    const app = new Hono();
    hostRoutesOfHono(app, hufu, "around");
    app.route("/", createHttp(hufu));
    const server = serve({ fetch: app.fetch, serverOptions: LARGE_HEADERS, port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    return nodeStage(server);
  },
  "Express 5, before body parsers": (hufu: Hufu) => listen(expressHost(express5, hufu, "before")),
  "Express 5, after body parsers": (hufu: Hufu) => listen(expressHost(express5, hufu, "after")),
  "Express 5, below a path": (hufu: Hufu) => listen(expressHost(express5, hufu, "below")),
  "Express 4, before body parsers": (hufu: Hufu) => listen(expressHost(express4, hufu, "before")),
  "Express 4, after body parsers": (hufu: Hufu) => listen(expressHost(express4, hufu, "after")),
  "Express 4, below a path": (hufu: Hufu) => listen(expressHost(express4, hufu, "below")),
} as const;

function honoHost(hufu: Hufu): Hono {
  const app = new Hono();
  forHono.mount(app, hufu);
  hostRoutesOfHono(app, hufu, "step");
  return app;
}

/** Guards as a step of their own, or around the handler: the same suite holds for both. */
function hostRoutesOfHono(app: Hono, hufu: Hufu, how: "step" | "around"): void {
  const guard = forHono.createGuard(hufu);
  const ownWords = forHono.createGuard(hufu, {
    onRefused: (error, c) => c.json({ code: 1, word: error.reason }, 200, { "Hufu-Reason": "none" }),
  });
  type Answering = Parameters<typeof guard.around>[1];
  const on = (
    path: string,
    permission: string | undefined,
    handler: Answering,
    options: forHono.RouteOptions = {},
    by = guard,
  ): unknown =>
    how === "around"
      ? app.get(path, by.around(permission, handler, options))
      : app.get(path, by(permission, options), handler);

  on("/api/signed-in", undefined, (c) => c.json({ sub: c.get("auth").sub }));
  on("/api/orders", "order:read:own", (c) => c.json(c.get("auth").ownerFilter("order:read")));
  on("/api/orders/all", "order:read", (c) => c.json({ all: true }));
  on("/api/orders/of/:owner", "order:read", (c) => c.json({}), { owner: (c) => c.req.param("owner") });
  on("/api/orders/later/:owner", "order:read", (c) => c.json({}), {
    owner: (c) => Promise.resolve(c.req.param("owner")),
  });
  on("/api/orders/fails", "order:read", (c) => c.json({}), { owner: () => Promise.reject(new Error("no database")) });
  on("/api/fresh", undefined, (c) => c.json({ acr: c.get("auth").acr }), { acr: "platform", maxAge: 300 });
  on("/api/strong", "order:read:own", (c) => c.json({}), { acr: "soter", maxAge: 300 });
  app.get("/api/hello", guard.optional(), (c) => c.json({ guest: c.get("auth") === undefined }));
  on("/api/throws", undefined, (c) => c.json(c.get("auth").ownerFilter("secret:read")));
  on("/api/own-words", "order:read", (c) => c.json({}), {}, ownWords);
  const paid: Answering = async (c) => c.json({ body: await c.req.json() });
  if (how === "around") app.all("/api/paid", guard.around("order:create", paid, DIGEST));
  else app.all("/api/paid", guard("order:create", DIGEST), paid);
  app.use("/api/too-late", async (c, next) => {
    await c.req.text();
    await next();
  });
  app.post("/api/too-late", guard("order:create", DIGEST), (c) => c.json({}));
  app.onError((error, c) => guard.refusal(error, c) ?? c.json({ host: "failed" }, 500));
}

const DIGEST = { proof: true, body: "digest" } as const;

type Place = "before" | "after" | "below";

function expressHost(express: typeof express5, hufu: Hufu, place: Place): RequestListener {
  const app = express();
  const at = place === "below" ? "" : "/api";
  const guard = forExpress.createGuard(hufu);
  const paid: RequestHandler = (request, response) => {
    response.json({ body: request.body });
  };
  app.all(`${at}/paid`, guard("order:create", DIGEST), express.json({ limit: "1mb" }), paid);
  if (place !== "before") app.use(express.json(), express.urlencoded({ extended: true }));
  forExpress.mount(app, hufu);
  if (place === "before") app.use(express.json(), express.urlencoded({ extended: false }));
  app.post(`${at}/too-late`, express.json(), guard("order:create", DIGEST), paid);
  const ownWords = forExpress.createGuard(hufu, {
    onRefused: (error, _request, response) => {
      response.setHeader("Hufu-Reason", "none");
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ code: 1, word: error.reason }));
    },
  });
  const empty: RequestHandler = (_request, response) => {
    response.json({});
  };
  app.get(`${at}/signed-in`, guard(), (request, response) => {
    response.json({ sub: forExpress.authOf(request).sub });
  });
  app.get(`${at}/orders`, guard("order:read:own"), (request, response) => {
    response.json(forExpress.authOf(request).ownerFilter("order:read"));
  });
  app.get(`${at}/orders/all`, guard("order:read"), (_request, response) => {
    response.json({ all: true });
  });
  app.get(
    `${at}/orders/of/:owner`,
    guard("order:read", { owner: (request) => String(request.params["owner"]) }),
    empty,
  );
  app.get(
    `${at}/orders/later/:owner`,
    guard("order:read", { owner: (request) => Promise.resolve(String(request.params["owner"])) }),
    empty,
  );
  app.get(`${at}/orders/fails`, guard("order:read", { owner: () => Promise.reject(new Error("no database")) }), empty);
  app.get(`${at}/fresh`, guard(undefined, { acr: "platform", maxAge: 300 }), (request, response) => {
    response.json({ acr: forExpress.authOf(request).acr });
  });
  app.get(`${at}/strong`, guard("order:read:own", { acr: "soter", maxAge: 300 }), empty);
  app.get(`${at}/hello`, guard.optional(), (request, response) => {
    response.json({ guest: forExpress.findAuth(request) === undefined });
  });
  app.get(`${at}/throws`, guard(), (request, response) => {
    response.json(forExpress.authOf(request).ownerFilter("secret:read"));
  });
  app.get(`${at}/own-words`, ownWords("order:read"), empty);
  app.use(guard.refusals);
  const failed: express5.ErrorRequestHandler = (_error, _request, response, _next) => {
    response.status(500).json({ host: "failed" });
  };
  app.use(failed);
  if (place !== "below") return app;
  const root = express();
  root.use("/api", app);
  return root;
}

function fetchStage(app: Hono): Stage {
  function headersOf(headers: Sent["headers"] = []): Headers {
    const given = new Headers();
    for (const [name, value] of headers) given.append(name, value);
    return given;
  }
  return {
    async open({ path, headers }) {
      const response = await app.request(`http://localhost${path}`, { headers: headersOf(headers) });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        next: async () => (await reader?.read())?.value,
        leave: async () => reader?.cancel(),
      };
    },
    async send({ method = "GET", path, headers = [], body }) {
      const given = headersOf(headers);
      const init = body === undefined ? { method, headers: given } : { method, headers: given, body };
      const response = await app.request(`http://localhost${path}`, init);
      return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
    },
    close: async () => undefined,
  };
}

async function listen(handle: RequestListener): Promise<Stage> {
  const server = createServer(LARGE_HEADERS, handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return nodeStage(server);
}

interface Listening {
  address(): AddressInfo | string | null;
  close(done: () => void): unknown;
}

function nodeStage(server: Listening): Stage {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    open: ({ path, headers = [] }) =>
      new Promise((resolve, reject) => {
        const raw = [["Host", "localhost"], ["Connection", "close"], ...headers].flat();
        const request = httpRequest({ host: "127.0.0.1", port, path, headers: raw, agent: false }, (response) => {
          response.setEncoding("utf8");
          const chunks: AsyncIterator<string> = response[Symbol.asyncIterator]();
          const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(flat),
            next: async () => {
              const { done, value } = await chunks.next();
              return done === true ? undefined : value;
            },
            leave: async () => void request.destroy(),
          });
        });
        request.on("error", reject);
        request.end();
      }),
    send: ({ method = "GET", path, headers = [], body }) =>
      new Promise((resolve, reject) => {
        const length: [string, string][] =
          body === undefined || headers.some(([name]) => name.toLowerCase() === "transfer-encoding")
            ? []
            : [["Content-Length", String(Buffer.byteLength(body))]];
        const raw = [["Host", "localhost"], ["Connection", "close"], ...headers, ...length].flat();
        const request = httpRequest(
          { host: "127.0.0.1", port, method, path, headers: raw, agent: false },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () => {
              const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
              resolve({
                status: response.statusCode ?? 0,
                headers: Object.fromEntries(flat),
                text: Buffer.concat(chunks).toString("utf8"),
              });
            });
          },
        );
        request.on("error", reject);
        request.end(body);
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
