import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
import type express5 from "express";
import type { RequestHandler } from "express";
import type { Hufu } from "../../hufu/hufu.ts";
import { breaksOff, DIGEST } from "../stage.fixture.ts";
import * as forExpress from "./index.ts";

/** The types of Express 4 are not installed; what is used of it here is the same. */
export const express4: typeof express5 = createRequire(import.meta.url)("express4");

/** Where Hufu is mounted: before or after body parsers, or after them below a path. */
type Place = "before" | "after" | "below";

export function expressHost(express: typeof express5, hufu: Hufu, place: Place): RequestListener {
  const app = express();
  // Its last resort prints errors unless this is so.
  app.set("env", "test");
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
  app.get(`${at}/throws-later`, guard(), async (request, response) => {
    await setImmediate();
    response.json(forExpress.authOf(request).ownerFilter("secret:read"));
  });
  app.get(`${at}/breaks-off`, guard(), async (_request, response) => {
    for await (const part of breaksOff()) response.write(part);
  });
  app.get(`${at}/own-words`, ownWords("order:read"), empty);
  app.use(guard.refusals);
  const failed: express5.ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) next(error);
    else response.status(500).json({ host: "failed" });
  };
  app.use(failed);
  if (place !== "below") return app;
  const root = express();
  root.set("env", "test");
  root.use("/api", app);
  return root;
}
