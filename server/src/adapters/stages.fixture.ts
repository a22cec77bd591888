import { serve } from "@hono/node-server";
import express5 from "express";
import type { FastifyInstance, HTTPMethods } from "fastify";
import type { Hono } from "hono";
import type { Hufu } from "../hufu/hufu.ts";
import { express4, expressHost } from "./express/express-host.fixture.ts";
import { fastifyHost } from "./fastify/fastify-host.fixture.ts";
import { honoHost, honoHostAround } from "./hono/hono-host.fixture.ts";
import { koaHost } from "./koa/koa-host.fixture.ts";
import { nestOnExpress, nestOnFastify } from "./nest/nest-host.fixture.ts";
import { fetchStage, LARGE_HEADERS, listen, nodeStage, type Sent, type Stage } from "./stage.fixture.ts";
import { webHost } from "./web/web-host.fixture.ts";

/** The suite wants these of every stage. The issuer is at `/api/auth`. */
export const STARTERS: Readonly<Record<string, (hufu: Hufu) => Promise<Stage>>> = {
  "Request and Response alone": async (hufu) => fetchStage(webHost(hufu)),
  "Hono, Fetch alone": async (hufu) => fetchStage(honoHost(hufu).fetch),
  "Hono on node:http": (hufu) => serveHono(honoHost(hufu)),
  "createHttp on node:http, guards around handlers in Hono": (hufu) => serveHono(honoHostAround(hufu)),
  "Express 5, before body parsers": (hufu) => listen(expressHost(express5, hufu, "before")),
  "Express 5, after body parsers": (hufu) => listen(expressHost(express5, hufu, "after")),
  "Express 5, below a path": (hufu) => listen(expressHost(express5, hufu, "below")),
  "Express 4, before body parsers": (hufu) => listen(expressHost(express4, hufu, "before")),
  "Express 4, after body parsers": (hufu) => listen(expressHost(express4, hufu, "after")),
  "Express 4, below a path": (hufu) => listen(expressHost(express4, hufu, "below")),
  "Koa, before body parsers": (hufu) => listen(koaHost(hufu, "before")),
  "Koa, after body parsers": (hufu) => listen(koaHost(hufu, "after")),
  "Koa, below a path": (hufu) => listen(koaHost(hufu, "below")),
  "Nest on Express": async (hufu) => listen(await nestOnExpress(hufu)),
  "Nest on Fastify": async (hufu) => nodeStage(await nestOnFastify(hufu)),
  "Fastify, in its root": (hufu) => listenFastify(hufu, "root"),
  "Fastify, below a prefix": (hufu) => listenFastify(hufu, "below"),
  "Fastify, inject alone": async (hufu) => injectStage(await fastifyHost(hufu, "root")),
};

async function listenFastify(hufu: Hufu, place: "root" | "below"): Promise<Stage> {
  const app = await fastifyHost(hufu, place);
  await app.listen({ host: "127.0.0.1", port: 0 });
  return nodeStage(app.server);
}

/** Fastify's own imitation of node:http, as its users' tests and serverless shims have it. */
function injectStage(app: FastifyInstance): Stage {
  function headersOf({ headers = [] }: Sent): Record<string, string | string[]> {
    const given: Record<string, string | string[]> = {};
    for (const [name, value] of headers) {
      const known = given[name];
      given[name] = known === undefined ? value : [known, value].flat();
    }
    return given;
  }
  const flat = (headers: object): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return {
    async send(sent) {
      const method = (sent.method ?? "GET") as HTTPMethods;
      const payload = sent.body === undefined ? {} : { payload: sent.body };
      const response = await app.inject({ method, url: sent.path, headers: headersOf(sent), ...payload });
      return { status: response.statusCode, headers: flat(response.headers), text: response.payload };
    },
    async open(sent) {
      const leaving = new AbortController();
      const { signal } = leaving;
      const response = await app.inject({ url: sent.path, headers: headersOf(sent), payloadAsStream: true, signal });
      const stream = response.stream();
      stream.setEncoding("utf8");
      const chunks: AsyncIterator<string> = stream[Symbol.asyncIterator]();
      return {
        status: response.statusCode,
        headers: flat(response.headers),
        next: async () => {
          const { done, value } = await chunks.next();
          return done === true ? undefined : value;
        },
        leave: async () => {
          stream.on("error", () => undefined);
          leaving.abort();
        },
      };
    },
    close: () => app.close(),
  };
}

async function serveHono(app: Hono): Promise<Stage> {
  const server = serve({ fetch: app.fetch, serverOptions: LARGE_HEADERS, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  return nodeStage(server);
}
