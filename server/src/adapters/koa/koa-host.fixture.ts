import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import Router from "@koa/router";
import Koa from "koa";
import compose from "koa-compose";
import type { Hufu } from "../../hufu/hufu.ts";
import { breaksOff, DIGEST } from "../stage.fixture.ts";
import * as forKoa from "./index.ts";

/** Its types give every request of node:http a body, in the whole program. */
const { bodyParser }: { bodyParser: (options?: { jsonLimit?: string; formLimit?: string }) => Koa.Middleware } =
  createRequire(import.meta.url)("@koa/bodyparser");

/** Where Hufu is mounted: before or after body parsers, or after them below a path. */
export type Place = "before" | "after" | "below";

/** A back end on Koa, with the usual router and body parser. */
export function koaHost(hufu: Hufu, place: Place): RequestListener {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (ctx.headerSent) throw error;
      ctx.status = 500;
      ctx.body = { host: "failed" };
    }
  });
  if (place === "below") {
    const inner = new Koa();
    fill(inner, hufu, place);
    mountBelow(app, "/api", inner);
  } else fill(app, hufu, place);
  const answer = app.callback();
  return (request, response) => void answer(request, response);
}

function fill(app: Koa, hufu: Hufu, place: Place): void {
  const router = new Router({ prefix: place === "below" ? "" : "/api" });
  const guard = forKoa.createGuard(hufu);
  const ownWords = forKoa.createGuard(hufu, {
    onRefused: (error, ctx) => {
      ctx.set({ "Hufu-Reason": "none" });
      ctx.body = { code: 1, word: error.reason };
      ctx.status = 200;
    },
  });
  app.use(guard.refusals);
  const proven = new Router({ prefix: place === "below" ? "" : "/api" });
  proven.all("/paid", guard("order:create", DIGEST), bodyParser({ jsonLimit: "1mb" }), (ctx) => {
    ctx.body = { body: Reflect.get(ctx.request, "body") };
  });
  app.use(proven.routes());
  if (place !== "before") app.use(bodyParser({ formLimit: "100kb" }));
  forKoa.mount(app, hufu);
  if (place === "before") app.use(bodyParser());

  const empty = (ctx: forKoa.KoaContext): void => {
    ctx.body = {};
  };
  router.post("/too-late", guard("order:create", DIGEST), empty);
  router.get("/signed-in", guard(), (ctx) => {
    ctx.body = { sub: forKoa.authOf(ctx).sub };
  });
  router.get("/orders", guard("order:read:own"), (ctx) => {
    ctx.body = forKoa.authOf(ctx).ownerFilter("order:read");
  });
  router.get("/orders/all", guard("order:read"), (ctx) => {
    ctx.body = { all: true };
  });
  router.get("/orders/of/:owner", guard("order:read", { owner: (ctx) => ctx.params?.["owner"] }), empty);
  router.get(
    "/orders/later/:owner",
    guard("order:read", { owner: (ctx) => Promise.resolve(ctx.params?.["owner"]) }),
    empty,
  );
  router.get("/orders/fails", guard("order:read", { owner: () => Promise.reject(new Error("no database")) }), empty);
  router.get("/fresh", guard(undefined, { acr: "platform", maxAge: 300 }), (ctx) => {
    ctx.body = { acr: forKoa.authOf(ctx).acr };
  });
  router.get("/strong", guard("order:read:own", { acr: "soter", maxAge: 300 }), empty);
  router.get("/hello", guard.optional(), (ctx) => {
    ctx.body = { guest: forKoa.findAuth(ctx) === undefined };
  });
  router.get("/throws", guard(), (ctx) => {
    ctx.body = forKoa.authOf(ctx).ownerFilter("secret:read");
  });
  router.get("/throws-later", guard(), async (ctx) => {
    await setImmediate();
    ctx.body = forKoa.authOf(ctx).ownerFilter("secret:read");
  });
  router.get("/breaks-off", guard(), (ctx) => {
    ctx.body = Readable.from(breaksOff());
  });
  router.get("/own-words", ownWords("order:read"), empty);
  app.use(router.routes());
}

/** As koa-mount does: the application inside sees the path without its beginning. */
function mountBelow(app: Koa, prefix: string, inner: Koa): void {
  const answer = compose(inner.middleware);
  const metadata = "/.well-known/oauth-authorization-server";
  app.use(async (ctx, next) => {
    const { path } = ctx;
    // The metadata's place is outside the prefix.
    if (path === `${metadata}${prefix}/auth`) ctx.url = `${prefix}/auth${metadata}`;
    else if (path.startsWith(`${prefix}/`)) ctx.path = path.slice(prefix.length);
    else return next();
    await answer(ctx, next);
  });
}
