import { serve } from "@hono/node-server";
import express5 from "express";
import type { Hono } from "hono";
import type { Hufu } from "../hufu/hufu.ts";
import { express4, expressHost } from "./express/express-host.fixture.ts";
import { honoHost, honoHostAround } from "./hono/hono-host.fixture.ts";
import { fetchStage, LARGE_HEADERS, listen, nodeStage, type Stage } from "./stage.fixture.ts";
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
};

async function serveHono(app: Hono): Promise<Stage> {
  const server = serve({ fetch: app.fetch, serverOptions: LARGE_HEADERS, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  return nodeStage(server);
}
