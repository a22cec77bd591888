import { setImmediate } from "node:timers/promises";
import { Hono } from "hono";
import { createHttp } from "../../http/create-http.ts";
import type { Hufu } from "../../hufu/hufu.ts";
import { breaksOff, DIGEST } from "../stage.fixture.ts";
import * as forHono from "./index.ts";

export function honoHost(hufu: Hufu): Hono {
  const app = new Hono();
  forHono.mount(app, hufu);
  hostRoutesOfHono(app, hufu, "step");
  return app;
}

/** The endpoints as an application of their own, and guards around handlers. */
export function honoHostAround(hufu: Hufu): Hono {
  const app = new Hono();
  hostRoutesOfHono(app, hufu, "around");
  app.route("/", createHttp(hufu));
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
  on("/api/throws-later", undefined, async (c) => {
    await setImmediate();
    return c.json(c.get("auth").ownerFilter("secret:read"));
  });
  on("/api/breaks-off", undefined, (c) =>
    c.body(ReadableStream.from(breaksOff()).pipeThrough(new TextEncoderStream())),
  );
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
